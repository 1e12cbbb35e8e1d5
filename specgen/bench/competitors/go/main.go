// How long Docker's own code takes for one spec: json.Unmarshal of the author's
// config, InitEmptySettings, InitSpec, json.Marshal; what dockerd does.
//
//	bench -rootfs DIR -spec GOLDEN [-threads N] CONFIG
//	bench -stream [-threads N] REQUESTS
//
// The first prints the nanoseconds of one spec on one thread: the median and the least of
// many rounds. InitSpec looks at devices and at the runtime directory on the machine
// that this runs on; the directory is made first, as it is while dockerd runs.
//
// The second answers a file of lines {"config": CONFIG}, as `specgen batch` does, with
// lines {"line":N,"spec":SPEC} in their order.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"sort"
	"sync"
	"time"

	v2 "github.com/docker/docker/plugin/v2"
)

const (
	execRoot = "/run/docker/plugins"
	id       = "plugin"
	rounds   = 25
	perRound = 20 * time.Millisecond
	perBlock = 256
)

func make1(config []byte, rootfs string) ([]byte, error) {
	p := &v2.Plugin{Rootfs: rootfs}
	p.PluginObj.ID = id
	if err := json.Unmarshal(config, &p.PluginObj.Config); err != nil {
		return nil, err
	}
	p.InitEmptySettings()
	spec, err := p.InitSpec(execRoot)
	if err != nil {
		return nil, err
	}
	return json.Marshal(spec)
}

func fail(args ...any) {
	fmt.Fprintln(os.Stderr, append([]any{"bench:"}, args...)...)
	os.Exit(1)
}

// round makes specs on `threads` goroutines; returns the nanoseconds per spec of
// each.
func round(config []byte, rootfs string, threads, count int) float64 {
	var wait sync.WaitGroup
	start := time.Now()
	for t := 0; t < threads; t++ {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := 0; i < count; i++ {
				if _, err := make1(config, rootfs); err != nil {
					fail(err)
				}
			}
		}()
	}
	wait.Wait()
	return float64(time.Since(start).Nanoseconds()) / float64(count)
}

type request struct{ Config json.RawMessage }

// answer makes the answers to the lines of a block.
func answer(lines [][]byte, first int, rootfs string) []byte {
	var out bytes.Buffer
	for i, line := range lines {
		var r request
		if err := json.Unmarshal(line, &r); err != nil {
			fail(err)
		}
		spec, err := make1(r.Config, rootfs)
		if err != nil {
			fail(err)
		}
		fmt.Fprintf(&out, "{\"line\":%d,\"spec\":%s}\n", first+i, spec)
	}
	return out.Bytes()
}

// stream answers the requests in blocks of lines, as many at once as there are threads.
func stream(path, rootfs string, threads int) {
	file, err := os.Open(path)
	if err != nil {
		fail(err)
	}
	runtime.GOMAXPROCS(threads)
	pending := make(chan chan []byte, 2*threads)
	slots := make(chan bool, threads)
	done := make(chan bool)
	go func() {
		out := bufio.NewWriterSize(os.Stdout, 1<<20)
		for block := range pending {
			out.Write(<-block)
		}
		if err := out.Flush(); err != nil {
			fail(err)
		}
		done <- true
	}()
	var lines [][]byte
	first := 1
	flush := func() {
		block := make(chan []byte, 1)
		slots <- true
		go func(lines [][]byte, first int) {
			block <- answer(lines, first, rootfs)
			<-slots
		}(lines, first)
		pending <- block
		first += len(lines)
		lines = nil
	}
	in := bufio.NewScanner(file)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		lines = append(lines, bytes.Clone(in.Bytes()))
		if len(lines) == perBlock {
			flush()
		}
	}
	if err := in.Err(); err != nil {
		fail(err)
	}
	if len(lines) > 0 {
		flush()
	}
	close(pending)
	<-done
}

func main() {
	streams := flag.Bool("stream", false, "")
	rootfs := flag.String("rootfs", "/var/lib/docker/plugins/plugin/rootfs", "")
	golden := flag.String("spec", "", "the spec that must come out")
	threads := flag.Int("threads", 1, "")
	flag.Parse()
	if err := os.MkdirAll(execRoot+"/"+id, 0o700); err != nil {
		fail(err)
	}
	if *streams {
		stream(flag.Arg(0), *rootfs, *threads)
		return
	}
	config, err := os.ReadFile(flag.Arg(0))
	if err != nil {
		fail(err)
	}
	spec, err := make1(config, *rootfs)
	if err != nil {
		fail(err)
	}
	if *golden != "" {
		want, err := os.ReadFile(*golden)
		if err != nil {
			fail(err)
		}
		if !bytes.Equal(spec, want) {
			fail("not the golden spec:", string(spec))
		}
	} else {
		os.Stdout.Write(spec)
		return
	}
	count := 1
	for {
		start := time.Now()
		round(config, *rootfs, *threads, count)
		if time.Since(start) > perRound {
			break
		}
		count *= 2
	}
	var times []float64
	for i := 0; i < rounds; i++ {
		times = append(times, round(config, *rootfs, *threads, count))
	}
	sort.Float64s(times)
	fmt.Printf("%.1f %.1f\n", times[len(times)/2], times[0])
}
