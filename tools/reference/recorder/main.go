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
// and for a stored plugin then <TAB>mkdir<TAB>[["PATH", "0oMODE"], ...], the
// directories that were made.
//
// Docker's code looks at devices on the host and makes directories there. With -root
// the program first changes its root to DIR, which then is that host; whatever
// directories a request made are removed before the next one. Relative paths start
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
	Plugin     json.RawMessage `json:"plugin"`     // what dockerd stores
	Restarted  bool            `json:"restarted"`
	Set        []string        `json:"set"`
	ID         string          `json:"id"`
	Rootfs     string          `json:"rootfs"`
	ExecRoot   string          `json:"exec_root"`
}

// configBytes returns what `docker plugin create` would find in config.json.
func (r *request) configBytes() ([]byte, error) {
	switch {
	case r.Plugin != nil:
		return nil, nil
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
	p, err := newPlugin(r, config)
	if err != nil {
		return failure("error", stage, err.Error())
	}
	stage = "settings"
	if len(r.Set) > 0 {
		if err := p.Set(r.Set); err != nil {
			return failure("error", stage, err.Error())
		}
	}
	stage = "spec"
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

// newPlugin makes a plugin from the author's config, or from what is stored.
func newPlugin(r *request, config []byte) (*plugin, error) {
	p := &plugin{Rootfs: r.Rootfs}
	if r.Plugin != nil {
		if err := json.Unmarshal(r.Plugin, &p.PluginObj); err != nil {
			return nil, err
		}
	} else {
		// dockerd uses json.Unmarshal too: daemon/.../plugin/backend_linux.go,
		// CreateFromContext.
		if err := json.Unmarshal(config, &p.PluginObj.Config); err != nil {
			return nil, err
		}
		p.InitEmptySettings()
	}
	p.PluginObj.ID = r.ID
	if r.Restarted {
		return reload(p)
	}
	return p, nil
}

// reload returns the plugin as a restarted dockerd has it: written to its state
// file and read back (plugin/manager.go, save and loadPlugin), so that settings
// and config no longer share anything.
func reload(p *plugin) (*plugin, error) {
	state, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	reloaded := &plugin{}
	return reloaded, json.Unmarshal(state, reloaded)
}

func failure(kind, stage, message string) string {
	return kind + "\t" + stage + "\t" + quoted(message)
}

func quoted(text string) string {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		panic(err) // a string can always be written
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// missing returns the parts of `path` that are not there yet, outermost first.
func missing(path string) []string {
	var parts []string
	for p := path; ; p = filepath.Dir(p) {
		_, err := os.Lstat(p)
		if errors.Is(err, os.ErrNotExist) {
			parts = append([]string{p}, parts...)
		} else if !errors.Is(err, syscall.ENAMETOOLONG) && !errors.Is(err, syscall.EINVAL) {
			return parts // there, or beneath something that is no directory
		} // else no directory can have that name, but what it is in may be made
		if p == filepath.Dir(p) {
			return parts
		}
	}
}

// made lists those of `paths` that are there now, as golden answers do.
func made(paths []string) string {
	var items []string
	for _, path := range paths {
		if info, err := os.Lstat(path); err == nil {
			items = append(items, fmt.Sprintf("[%s, \"0o%o\"]", quoted(path), info.Mode().Perm()))
		}
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// enter changes the working directory to `cwd`, or, without one, to a directory that
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
	root := flag.String("root", "", "the directory that is the host's root; needs root's rights")
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
			directories := missing(filepath.Join(r.ExecRoot, r.ID))
			text := answer(&r, config)
			if r.Plugin != nil {
				text += "\tmkdir\t" + made(directories)
			}
			fmt.Fprintf(out, "%s\t%s\n", r.Name, text)
			if len(directories) > 0 {
				if err := os.RemoveAll(directories[0]); err != nil {
					fail(4, err)
				}
			}
		}
		// Who waits for the answer before it asks on must get it.
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				fail(4, err)
			}
		}
		if err == io.EOF {
			break
		}
	}
	if err := out.Flush(); err != nil {
		fail(4, err)
	}
}
