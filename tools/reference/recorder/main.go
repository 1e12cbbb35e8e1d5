// Recorder answers requests with Docker's own code: it makes the plugin from the
// author's config, applies `docker plugin set`, and asks for the runtime spec,
// all with the functions that dockerd calls. It is built once for each engine,
// against the engine's published Go module (see ../engines and ../README.md).
//
//	recorder [-root DIR [-cwd PATH]] < requests > answers
//
// Requests are lines as specgen/golden/request_line.h describes them. An answer
// is one line:
//
//	NAME<TAB>ok<TAB>SPEC                                  json.Marshal of the spec
//	NAME<TAB>error<TAB>decode|settings|spec<TAB>"MESSAGE"
//	NAME<TAB>panic<TAB>decode|settings|spec<TAB>"MESSAGE"
//
// Docker's code looks at devices on the host and makes folders there. With -root
// the program first changes its root to DIR, which then is that host; whatever
// folders a request made are removed before the next one. Relative paths start
// from PATH in it, or without -cwd do not exist.
//
// Exit codes: 0 all answered, 2 usage, 3 a line is not a request, 4 a failure of
// the host.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

type request struct {
	Name       string          `json:"name"`
	Config     json.RawMessage `json:"config"`
	ConfigText *string         `json:"config_text"`
	ConfigB64  []byte          `json:"config_b64"` // encoding/json decodes base64
	Plugin     json.RawMessage `json:"plugin"`
	Set        []string        `json:"set"`
	ID         string          `json:"id"`
	Rootfs     string          `json:"rootfs"`
	ExecRoot   string          `json:"exec_root"`
}

// configBytes returns what `docker plugin create` would find in config.json.
func (r *request) configBytes() ([]byte, error) {
	switch {
	case r.Plugin != nil:
		return nil, errors.New("a stored plugin: no engine with a published module reads one")
	case r.ConfigText != nil:
		return []byte(*r.ConfigText), nil
	case r.ConfigB64 != nil:
		return r.ConfigB64, nil
	case r.Config != nil:
		return r.Config, nil
	}
	return nil, errors.New("no config")
}

// answer runs one request to the end. `stage` names what is under way, so that
// a panic can be told by it.
func answer(r *request, config []byte) (line string) {
	stage := "decode"
	defer func() {
		if p := recover(); p != nil {
			line = failure("panic", stage, fmt.Sprint(p))
		}
	}()
	p := &plugin{Rootfs: r.Rootfs}
	p.PluginObj.ID = r.ID
	// dockerd uses json.Unmarshal too: daemon/.../plugin/backend_linux.go,
	// CreateFromContext.
	if err := json.Unmarshal(config, &p.PluginObj.Config); err != nil {
		return failure("error", stage, err.Error())
	}
	stage = "settings"
	p.InitEmptySettings()
	if len(r.Set) > 0 {
		if err := p.Set(r.Set); err != nil {
			return failure("error", stage, err.Error())
		}
	}
	stage = "spec"
	defer removeNewFolders(filepath.Join(r.ExecRoot, r.ID))()
	spec, err := p.InitSpec(r.ExecRoot)
	if err != nil {
		return failure("error", stage, err.Error())
	}
	text, err := json.Marshal(spec)
	if err != nil {
		return failure("error", stage, err.Error())
	}
	return "ok\t" + string(text)
}

func failure(kind, stage, message string) string {
	var quoted strings.Builder
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(message); err != nil {
		panic(err) // a string can always be written
	}
	return kind + "\t" + stage + "\t" + strings.TrimSuffix(quoted.String(), "\n")
}

// removeNewFolders notes which part of `path` is not there yet, and returns a
// function that removes it again.
func removeNewFolders(path string) func() {
	first := ""
	for p := path; ; p = filepath.Dir(p) {
		if _, err := os.Lstat(p); !errors.Is(err, os.ErrNotExist) {
			break // there, or beneath something that is no folder
		}
		first = p
		if p == filepath.Dir(p) {
			break
		}
	}
	return func() {
		if first == "" {
			return
		}
		if err := os.RemoveAll(first); err != nil {
			fail(4, err)
		}
	}
}

// enter changes the working folder to `cwd`, or, without one, to a folder that
// is removed: in that, every lookup of a relative path says ENOENT.
func enter(cwd string) error {
	if cwd != "" {
		return os.Chdir(cwd)
	}
	gone, err := os.MkdirTemp("/", ".cwd")
	if err != nil {
		return err
	}
	if err := os.Chdir(gone); err != nil {
		return err
	}
	return os.Remove(gone)
}

func fail(code int, err error) {
	fmt.Fprintf(os.Stderr, "recorder: %v\n", err)
	os.Exit(code)
}

func main() {
	root := flag.String("root", "", "the folder that is the host's root; needs root's rights")
	cwd := flag.String("cwd", "", "where relative paths start from, in that root")
	flag.Parse()
	if flag.NArg() > 0 {
		fail(2, fmt.Errorf("unexpected argument %q", flag.Arg(0)))
	}
	syscall.Umask(0o022) // dockerd's
	if *root != "" {
		if err := syscall.Chroot(*root); err != nil {
			fail(4, fmt.Errorf("cannot make %s the root: %w", *root, err))
		}
		if err := enter(*cwd); err != nil {
			fail(4, err)
		}
	}
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil && err != io.EOF {
			fail(4, err)
		}
		if len(line) > 0 {
			var r request
			if err := json.Unmarshal(line, &r); err != nil {
				fail(3, fmt.Errorf("not a request: %w: %.200s", err, line))
			}
			config, err := r.configBytes()
			if err != nil {
				fail(3, fmt.Errorf("request %q: %w", r.Name, err))
			}
			fmt.Fprintf(out, "%s\t%s\n", r.Name, answer(&r, config))
		}
		if err == io.EOF {
			break
		}
	}
	if err := out.Flush(); err != nil {
		fail(4, err)
	}
}
