// How long Docker's own code takes for one spec: json.Unmarshal of the author's
// config, InitEmptySettings, InitSpec, json.Marshal; what dockerd does.
//
//	bench -rootfs DIR -spec GOLDEN [-threads N] CONFIG
//
// Prints the nanoseconds of one spec on one thread: the median and the least of
// many rounds. InitSpec looks at devices and at the runtime directory on the machine
// that this runs on; the directory is made first, as it is while dockerd runs.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
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

func main() {
	rootfs := flag.String("rootfs", "/var/lib/docker/plugins/plugin/rootfs", "")
	golden := flag.String("spec", "", "the spec that must come out")
	threads := flag.Int("threads", 1, "")
	flag.Parse()
	config, err := os.ReadFile(flag.Arg(0))
	if err != nil {
		fail(err)
	}
	if err := os.MkdirAll(execRoot+"/"+id, 0o700); err != nil {
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
