package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand"
	"strings"
)

// The plugin's config as moby's api/types has it: the same keys and kinds.

var random = rand.New(rand.NewSource(1))

type itype struct{ raw string }

func (t *itype) UnmarshalJSON(p []byte) error {
	if len(p) < 2 || p[0] != '"' || p[len(p)-1] != '"' {
		return fmt.Errorf("%q is not a plugin interface type", p)
	}
	i := strings.IndexByte(string(p[1:len(p)-1]), '/')
	if i == 0 {
		panic("slice")
	}
	t.raw = string(p[1 : len(p)-1])
	return nil
}

type env struct {
	Name        string
	Description string
	Value       *string
	Settable    []string
}
type mount struct {
	Name        string
	Description string
	Source      *string
	Destination string
	Type        string
	Options     []string
	Settable    []string
}
type device struct {
	Name        string
	Description string
	Path        *string
	Settable    []string
}
type config struct {
	Args struct {
		Name        string
		Description string
		Settable    []string
		Value       []string
	}
	Description   string
	DockerVersion string `json:"DockerVersion,omitempty"`
	Documentation string
	Entrypoint    []string
	Env           []env
	Interface     struct {
		ProtocolScheme string
		Socket         string
		Types          []itype
	}
	IpcHost bool
	Linux   struct {
		AllowAllDevices bool
		Capabilities    []string
		Devices         []device
	}
	Mounts          []mount
	Network         struct{ Type string }
	PidHost         bool
	PropagatedMount string
	User            struct {
		GID uint32
		UID uint32
	}
	WorkDir string
	Rootfs  *struct {
		DiffIds []string `json:"diff_ids"`
		Type    string
	} `json:"rootfs,omitempty"`
}

var keys = []string{"args", "description", "DockerVersion", "documentation", "entrypoint", "env", "interface", "ipchost", "linux", "mounts", "network", "pidhost", "propagatedMount", "user", "workdir", "rootfs", "name", "value", "settable", "source", "destination", "type", "options", "path", "capabilities", "devices", "allowAllDevices", "uid", "gid", "types", "socket", "protocolScheme", "diff_ids", "x", "id"}

func one(s []string) string { return s[random.Intn(len(s))] }
func fold(k string) string {
	var b strings.Builder
	for _, c := range k {
		switch n := random.Intn(12); {
		case n == 0:
			b.WriteString(strings.ToUpper(string(c)))
		case n == 1 && (c == 's' || c == 'S'):
			b.WriteString("ſ")
		case n == 1 && (c == 'k' || c == 'K'):
			b.WriteString("\u212a")
		case n == 2 && random.Intn(4) == 0:
			fmt.Fprintf(&b, "\\u%04x", c)
		case n == 3 && random.Intn(8) == 0:
			fmt.Fprintf(&b, "%c", c^0x20)
		case n == 4 && random.Intn(30) == 0:
			b.WriteString("_")
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

var pieces = []string{"a", "b", "/", "x.y", "é", "\xff", "\xc3", "\xed\xa0\x80", "\\n", "\\u0041", "\\ud800", "\\udc00", "\\ud83d\\ude00", "\\/", "\\\\", "\\\"", "<", "\u2028", "\x7f", "😀", "\\u0000"}

func str() string {
	if random.Intn(3) == 0 {
		return `"` + one([]string{"", "/a", "/dev/x", "host", "bind"}) + `"`
	}
	var b strings.Builder
	b.WriteByte('"')
	for i := random.Intn(4); i > 0; i-- {
		b.WriteString(one(pieces))
	}
	if random.Intn(300) == 0 {
		b.WriteString(one([]string{"\\x", "\x01", "\\u12", "\n", "\\", "\\uD8"}))
	}
	b.WriteByte('"')
	return b.String()
}
func num() string {
	return one([]string{"0", "-0", "1", "42", "4294967295", "4294967296", "1.0", "1e2", "-1", "1E+2", "0.5", "18446744073709551616", "1e400", "01", "+1", "1.", "-", ".5", "0x1"})
}
func ws() string {
	if random.Intn(8) == 0 {
		return one([]string{" ", "\t", "\n", "\r", " \n "})
	}
	if random.Intn(3000) == 0 {
		return one([]string{"\x0c", "\x00", "\u00a0", "\ufeff", "/**/"})
	}
	return ""
}

// kind of value that a key wants
func want(k string) string {
	switch k {
	case "args", "interface", "linux", "network", "user", "rootfs":
		return "o"
	case "entrypoint", "settable", "options", "capabilities", "diff_ids":
		return "ls"
	case "env", "mounts", "devices":
		return "lo"
	case "types":
		return "ls"
	case "ipchost", "pidhost", "allowAllDevices":
		return "b"
	case "uid", "gid":
		return "n"
	case "x", "id":
		return "?"
	}
	return "s"
}

var members = map[string][]string{
	"":     {"args", "description", "DockerVersion", "documentation", "entrypoint", "env", "interface", "ipchost", "linux", "mounts", "network", "pidhost", "propagatedMount", "user", "workdir", "rootfs", "x"},
	"args": {"name", "value", "settable", "description"}, "interface": {"types", "socket", "protocolScheme"}, "linux": {"capabilities", "devices", "allowAllDevices"},
	"network": {"type"}, "user": {"uid", "gid"}, "rootfs": {"type", "diff_ids"}, "env": {"name", "value", "settable", "description"},
	"mounts": {"name", "source", "destination", "type", "options", "settable", "description"}, "devices": {"name", "path", "settable", "description"},
}

func value(k, w string, d int) string {
	if random.Intn(25) == 0 {
		return "null"
	}
	if random.Intn(60) == 0 {
		w = one([]string{"o", "ls", "b", "n", "s", "?"})
	}
	switch w {
	case "s":
		if k == "types" {
			return one([]string{`"docker.volumedriver/1.0"`, `"a"`, `"."`, `"\/x"`, `"a/b"`, str(), str()})
		}
		return str()
	case "b":
		return one([]string{"true", "false"})
	case "n":
		return one([]string{"0", "1", "7", "4294967295", num()})
	case "ls", "lo":
		n := random.Intn(5)
		var p []string
		for i := 0; i < n; i++ {
			if w == "ls" {
				p = append(p, value(k, "s", d+1))
			} else {
				p = append(p, randomConfig(k, d+1))
			}
		}
		s := "[" + ws() + strings.Join(p, ","+ws()) + ws() + "]"
		if random.Intn(1500) == 0 {
			s = s[:len(s)-1] + one([]string{",]", "}", ""})
		}
		return s
	case "o":
		return randomConfig(k, d)
	}
	if d > 6 {
		return "1"
	}
	switch random.Intn(7) {
	case 0:
		return str()
	case 1:
		return num()
	case 2:
		return one([]string{"true", "false", "null", "nul", "True"})
	case 3:
		return "[" + value("x", "?", d+1) + "]"
	case 4:
		return randomConfig("x", d+1)
	case 5:
		n := random.Intn(40)
		return strings.Repeat("[", n) + strings.Repeat("]", n)
	}
	return "{}"
}
func randomConfig(k string, d int) string {
	m, ok := members[k]
	if !ok {
		m = keys
	}
	var p []string
	for n := random.Intn(len(m)*3/2 + 2); n > 0 && len(p) < 9; n-- {
		key := one(m)
		if random.Intn(40) == 0 {
			key = one(keys)
		}
		p = append(p, `"`+fold(key)+`"`+ws()+":"+ws()+value(key, want(key), d+1))
	}
	s := "{" + ws() + strings.Join(p, ws()+","+ws()) + "}"
	if random.Intn(2000) == 0 {
		s = s[:len(s)-1] + one([]string{",}", "]", ""})
	}
	return s
}
func answer(t []byte) (s string) {
	defer func() {
		if p := recover(); p != nil {
			s = "panic"
		}
	}()
	var c config
	if err := json.Unmarshal(t, &c); err != nil {
		return "error"
	}
	// what specgen keeps, as one line
	o, err := json.Marshal(dump(&c))
	if err != nil {
		panic(err)
	}
	return "ok\t" + string(o)
}
func dump(c *config) any {
	var types []string
	if c.Interface.Types != nil {
		types = []string{}
	}
	for _, t := range c.Interface.Types {
		types = append(types, string([]rune(t.raw)))
	}
	envs := []any{}
	for _, e := range c.Env {
		envs = append(envs, []any{e.Name, e.Value, e.Settable})
	}
	mounts := []any{}
	for _, m := range c.Mounts {
		mounts = append(mounts, []any{m.Name, m.Source, m.Destination, m.Type, m.Options, m.Settable})
	}
	devs := []any{}
	for _, d := range c.Linux.Devices {
		devs = append(devs, []any{d.Name, d.Path, d.Settable})
	}
	return []any{c.Args.Name, c.Args.Settable, c.Args.Value, c.Entrypoint, envs, mounts, c.Network.Type, c.PropagatedMount, c.WorkDir, c.Interface.Socket, types, c.IpcHost, c.PidHost, c.Linux.Capabilities, devs, c.Linux.AllowAllDevices, c.User.UID, c.User.GID}
}

// configs has random config.json texts and what dockerd would make of them: those
// fields that specgen keeps, as plugin_reader_test.cc writes them.
func configs(out *bufio.Writer) {
	for n := 0; n < 1200; {
		text := ws() + randomConfig("", 0) + ws()
		if random.Intn(60) == 0 {
			text += one([]string{"}", "x", "\x00", ",", "null"})
		}
		if random.Intn(60) == 0 {
			text = text[:random.Intn(len(text)+1)]
		}
		if len(text) > 500 {
			continue
		}
		n++
		fmt.Fprintf(out, "%s\t%s\n", base64.StdEncoding.EncodeToString([]byte(text)),
			answer([]byte(text)))
	}
}
