package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"sort"
	"strings"
)

// wellFormed makes the layers of an image such as real programs write, of all
// kinds of entries, headers and records; nearly all of them can be unpacked.
type wellFormed struct {
	r *rand.Rand
	// What should be in the tree: the type of each path, as in a header.
	tree map[string]byte
	// Directories that this layer has entries of.
	inLayer map[string]bool
	out     bytes.Buffer
}

// One entry; zero values have no place in the archive, except in its header.
type member struct {
	kind          byte
	name, target  string
	mode          int64
	uid, gid      int64
	seconds       int64
	nanoseconds   int64
	major, minor  int64
	data          []byte
	claimed       int64  // a size other than that of data, if not 0
	records       string // of a pax header
	sparse        func(header []byte)
	extension     []byte // blocks behind the header that its size does not count
	nameIsInField bool
}

func (w *wellFormed) paths(kinds string) []string {
	var found []string
	for path, kind := range w.tree {
		if strings.IndexByte(kinds, kind) >= 0 {
			found = append(found, path)
		}
	}
	sort.Strings(found)
	return found
}

func (w *wellFormed) any(kinds string) (string, bool) {
	found := w.paths(kinds)
	if len(found) == 0 {
		return "", false
	}
	return found[w.r.IntN(len(found))], true
}

var names = []string{"a", "b", "bin", "lib", "etc", "usr", "d", "e", "f", "tool", "x.so", "config", "\xc3\xa4", "with space", "-"}

// newPath is a path whose directories can be there or be made.
func (w *wellFormed) newPath() string {
	r := w.r
	if old, ok := w.any("02346"); ok && r.IntN(8) == 0 {
		return old
	}
	directory := ""
	if d, ok := w.any("5"); ok && r.IntN(4) > 0 {
		directory = d + "/"
	} else if l, ok := w.any("2"); ok && r.IntN(12) == 0 {
		directory = l + "/" // may lead nowhere
	}
	for r.IntN(6) == 0 {
		directory += pick(r, names...) + "/"
	}
	name := pick(r, names...)
	if r.IntN(25) == 0 {
		name = strings.Repeat(name[:1], pick(r, 99, 100, 101, 180, 255))
	}
	if r.IntN(40) == 0 {
		directory += strings.Repeat("deep/", pick(r, 20, 31, 52, 70))
	}
	path := directory + name
	for at := range path {
		if path[at] == '/' {
			if kind, there := w.tree[path[:at]]; there && kind != '5' && kind != '2' {
				return pick(r, names...) + "2"
			}
		}
	}
	return path
}

// put says that the path is there now.
func (w *wellFormed) put(path string, kind byte) {
	if kind != '5' {
		w.remove(path)
	}
	w.tree[path] = kind
	for at := range path {
		if path[at] == '/' {
			if _, there := w.tree[path[:at]]; !there {
				w.tree[path[:at]] = '5'
			}
		}
	}
	if kind == '5' {
		w.inLayer[path] = true
	}
}

func (w *wellFormed) remove(path string) {
	for other := range w.tree {
		if other == path || strings.HasPrefix(other, path+"/") {
			delete(w.tree, other)
		}
	}
}

// bringsBelow tells whether this layer has a directory at or below the path.
func (w *wellFormed) bringsBelow(path string) bool {
	for other := range w.inLayer {
		if other == path || strings.HasPrefix(other, path+"/") {
			return true
		}
	}
	return false
}

// spelled gives a path in one of the ways in which programs write it.
func (w *wellFormed) spelled(path string) string {
	switch w.r.IntN(8) {
	case 0, 1, 2:
		return "./" + path
	case 3:
		return "/" + path
	}
	return path
}

func (w *wellFormed) facts(kind byte, path string) member {
	r := w.r
	m := member{kind: kind, name: w.spelled(path)}
	m.mode = pick[int64](r, 0o644, 0o644, 0o755, 0o755, 0o600, 0o4755, 0o2755, 0o6711, 0o1777, 0o700, 0o444, 0, 0o100644, 0o40755)
	m.uid = pick[int64](r, 0, 0, 0, 0, 1000, 65534, 2097152, 4294967294)
	m.gid = pick[int64](r, 0, 0, 0, 0, 100, 65534, 2097151, 4294967294)
	m.seconds = pick[int64](r, 0, 1, 1000000000, 1234567890, 1<<31, 8589934591, 8589934592, 9223372036, 9223372037, -1, -1234567)
	if r.IntN(4) == 0 {
		m.nanoseconds = pick[int64](r, 1, 500000000, 123456789, 999999999)
	}
	if r.IntN(5) == 0 {
		m.records += w.records(kind)
	}
	return m
}

// capability is a security.capability of version 2 or 3.
func capability(r *rand.Rand) string {
	words := []uint32{0x02000001, 1 << r.IntN(32), 0, 0, 0}
	if r.IntN(2) == 0 {
		words[0] = 0x03000001
		words = append(words, uint32(pick(r, 0, 1000)))
	}
	var out bytes.Buffer
	check(binary.Write(&out, binary.LittleEndian, words))
	return out.String()
}

func (w *wellFormed) records(kind byte) string {
	r := w.r
	text := ""
	for n := 1 + r.IntN(3); n > 0; n-- {
		switch r.IntN(9) {
		case 0:
			text += record("comment", pick(r, "made by hand", "", "\x00\xff"))
		case 1:
			text += record(pick(r, "atime", "ctime"), pick(r, "1.5", "1234567890", "1234567890.123456789"))
		case 2:
			text += record(pick(r, "uname", "gname"), pick(r, "root", "w\xc3\xa4r"))
		case 3:
			text += record(pick(r, "LIBARCHIVE.creationtime", "LIBARCHIVE.xattr.user.z", "SCHILY.fflags", "SCHILY.acl.access",
				"SCHILY.acl.default", "SCHILY.dev", "RHT.security.selinux", "hdrcharset", "realtime.any", "WE.like"),
				pick(r, "1", "dg", "user::rwx,group::r--,other::---", "BINARY", "a=b"))
		case 4, 5:
			if kind == '0' || kind == '5' {
				text += record("SCHILY.xattr.user."+pick(r, "a", "b", "n=m", "\xc3\xa4"), pick(r, "v", "", "\x00\x01=\n", strings.Repeat("y", 1000)))
			}
		case 6:
			text += record("SCHILY.xattr.trusted."+pick(r, "a", "overlay.opaque"), pick(r, "y", "v"))
		case 7:
			if kind == '0' {
				text += record("SCHILY.xattr.security.capability", capability(r))
			}
		case 8:
			text += record("SCHILY.xattr.security.selinux", "system_u:object_r:bin_t:s0")
		}
	}
	return text
}

func base256(field []byte, n int64) {
	for i := range field {
		field[len(field)-1-i] = byte(n >> min(63, 8*i))
	}
	if n < 0 {
		field[0] = 0xff
	} else {
		field[0] |= 0x80
	}
}

// number writes one to the header, or a record where it has no room.
func (w *wellFormed) number(header []byte, at, size int, n int64, key string, m *member) {
	if n >= 0 && n < 1<<(3*(size-1)) {
		form := pick(w.r, "%0*o", "%0*o", "%0*o", "%*o")
		put(header, at, size, fmt.Sprintf(form, size-1, n))
		return
	}
	if key != "" && w.r.IntN(2) == 0 {
		m.records += record(key, fmt.Sprint(n))
		return
	}
	base256(header[at:at+size], n)
}

// special is an entry whose bytes say something of the next one.
func (w *wellFormed) special(kind byte, name string, data string) {
	header := make([]byte, block)
	put(header, 0, 100, name)
	put(header, 100, 8, "0000644")
	put(header, 108, 8, "0000000")
	put(header, 116, 8, "0000000")
	put(header, 124, 12, fmt.Sprintf("%011o", len(data)))
	put(header, 136, 12, "00000000000")
	header[156] = kind
	if kind == 'x' || kind == 'g' {
		copy(header[257:], "ustar\x0000")
	} else {
		copy(header[257:], "ustar  \x00")
	}
	sum(header)
	w.out.Write(header)
	w.out.Write(pad([]byte(data)))
}

func (w *wellFormed) write(m member) {
	r := w.r
	header := make([]byte, block)
	format := pick(r, "v7", "ustar", "ustar", "pax", "pax", "gnu", "gnu", "star")
	if m.kind == 'S' {
		format = "gnu"
	}
	if format == "v7" && (m.kind == '3' || m.kind == '4') {
		format = "ustar"
	}
	w.number(header, 100, 8, m.mode, "", &m)
	w.number(header, 108, 8, m.uid, "uid", &m)
	w.number(header, 116, 8, m.gid, "gid", &m)
	size := int64(len(m.data))
	if m.claimed != 0 {
		size = m.claimed
	}
	w.number(header, 124, 12, size, "size", &m)
	if m.nanoseconds != 0 && m.seconds >= 0 {
		m.records += record("mtime", strings.TrimRight(fmt.Sprintf("%d.%09d", m.seconds, m.nanoseconds), "0"))
		put(header, 136, 12, "00000000000")
	} else {
		w.number(header, 136, 12, m.seconds, "mtime", &m)
	}
	header[156] = m.kind
	if m.kind == '0' && r.IntN(10) == 0 {
		header[156] = pick(r, 0, byte('0'))
	}
	if m.kind == '5' && !strings.HasSuffix(m.name, "/") && r.IntN(2) == 0 {
		m.name += "/"
	}
	switch format {
	case "ustar", "pax":
		copy(header[257:], "ustar\x0000")
	case "gnu":
		copy(header[257:], "ustar  \x00")
		if r.IntN(4) == 0 {
			put(header, 345, 12, "11145401322")
			put(header, 357, 12, "11145401322")
		}
	case "star":
		copy(header[257:], "ustar\x0000")
		copy(header[508:], "tar\x00")
		put(header, 476, 12, "11145401322")
		put(header, 488, 12, "11145401322")
	}
	if format != "v7" {
		put(header, 265, 32, pick(r, "root", "user", ""))
		put(header, 297, 32, pick(r, "root", "wheel", ""))
		w.number(header, 329, 8, m.major, "", &m)
		w.number(header, 337, 8, m.minor, "", &m)
	}
	name, prefix := m.name, ""
	room := map[string]int{"ustar": 155, "star": 131}[format]
	if len(name) > 100 && room > 0 && r.IntN(2) == 0 {
		for at := len(name) - 101; at < len(name)-1 && at <= room; at++ {
			if at > 0 && name[at] == '/' {
				name, prefix = name[at+1:], name[:at]
				break
			}
		}
	}
	if len(name) > 100 || r.IntN(30) == 0 && !m.nameIsInField {
		if r.IntN(2) == 0 {
			w.special('L', "././@LongLink", name+"\x00")
		} else {
			m.records += record("path", name)
		}
		name = name[:min(len(name), pick(r, 100, 50))]
	}
	put(header, 0, 100, name)
	put(header, 345, room, prefix)
	if len(m.target) > 100 || m.target != "" && r.IntN(30) == 0 {
		if r.IntN(2) == 0 {
			w.special('K', "././@LongLink", m.target+"\x00")
		} else {
			m.records += record("linkpath", m.target)
		}
		m.target = m.target[:min(len(m.target), 100)]
	}
	put(header, 157, 100, m.target)
	if m.sparse != nil {
		m.sparse(header)
	}
	if m.records != "" {
		w.special('x', pick(r, "PaxHeaders/x", "./PaxHeaders.7/f", "", "@PaxHeader"), m.records)
	}
	sum(header)
	w.out.Write(header)
	w.out.Write(m.extension)
	w.out.Write(pad(m.data))
}

func (w *wellFormed) data() []byte {
	r := w.r
	size := pick(r, 0, 0, 1, 5, 511, 512, 513, 1000, 1024, 4096, 20000)
	if r.IntN(60) == 0 {
		size = pick(r, 300000, 262144, 70000)
	}
	data := make([]byte, size)
	text := pick(r, "data", "z", "\x00", "line\n")
	for i := range data {
		data[i] = text[i%len(text)]
	}
	return data
}

// sparse is a file of any of GNU's four forms.
func (w *wellFormed) sparse(path string) {
	r := w.r
	m := w.facts('0', path)
	// A name in the records takes the place of the header's.
	m.nameIsInField = true
	type region struct{ offset, length int }
	var regions []region
	end := 0
	for n := r.IntN(7); n > 0; n-- {
		end += pick(r, 0, 512, 4096, 100)
		length := pick(r, 512, 1, 700, 0, 4096)
		regions = append(regions, region{end, length})
		m.data = append(m.data, bytes.Repeat([]byte{byte('a' + len(regions))}, length)...)
		end += length
	}
	total := end + pick(r, 0, 0, 1000, 65536)
	switch r.IntN(12) {
	case 0: // old GNU
		m.kind = 'S'
		m.sparse = func(header []byte) {
			put(header, 483, 12, fmt.Sprintf("%011o", total))
			for i := range regions[:min(4, len(regions))] {
				put(header, 386+24*i, 12, fmt.Sprintf("%011o", regions[i].offset))
				put(header, 398+24*i, 12, fmt.Sprintf("%011o", regions[i].length))
			}
			if len(regions) > 4 {
				header[482] = 1
			}
		}
		if len(regions) > 4 {
			m.extension = make([]byte, block)
			for i, region := range regions[4:] {
				put(m.extension, 24*i, 12, fmt.Sprintf("%011o", region.offset))
				put(m.extension, 24*i+12, 12, fmt.Sprintf("%011o", region.length))
			}
		}
	case 1, 2, 3: // 0.0
		m.records += record("GNU.sparse.size", fmt.Sprint(total)) + record("GNU.sparse.numblocks", fmt.Sprint(len(regions)))
		for _, region := range regions {
			m.records += record("GNU.sparse.offset", fmt.Sprint(region.offset)) + record("GNU.sparse.numbytes", fmt.Sprint(region.length))
		}
	case 4, 5, 6: // 0.1
		var numbers []string
		for _, region := range regions {
			numbers = append(numbers, fmt.Sprint(region.offset), fmt.Sprint(region.length))
		}
		m.records += record("GNU.sparse.size", fmt.Sprint(total)) + record("GNU.sparse.numblocks", fmt.Sprint(len(regions))) +
			record("GNU.sparse.name", m.name) + record("GNU.sparse.map", strings.Join(numbers, ","))
		m.name = "GNUSparseFile.1/x"
	default: // 1.0
		text := fmt.Sprintf("%d\n", len(regions))
		for _, region := range regions {
			text += fmt.Sprintf("%d\n%d\n", region.offset, region.length)
		}
		m.data = append(pad([]byte(text)), m.data...)
		m.records += record("GNU.sparse.major", "1") + record("GNU.sparse.minor", "0") +
			record("GNU.sparse.name", m.name) + record("GNU.sparse.realsize", fmt.Sprint(total))
		m.name = "GNUSparseFile.1/x"
	}
	w.write(m)
}

func (w *wellFormed) entry() {
	r := w.r
	switch n := r.IntN(40); {
	case n < 10:
		path := w.newPath()
		if old, ok := w.any("5"); ok && r.IntN(3) == 0 {
			path = old
		}
		m := w.facts('5', path)
		if r.IntN(30) == 0 {
			m.name = pick(r, "./", ".", "/") // the top
			w.write(m)
			return
		}
		w.put(path, '5')
		w.write(m)
	case n < 22:
		path := w.newPath()
		m := w.facts('0', path)
		m.data = w.data()
		w.put(path, '0')
		w.write(m)
	case n < 26:
		path := w.newPath()
		m := w.facts('2', path)
		m.target = pick(r, "a", "/bin/tool", "../lib", "d/e", "/", ".", "nowhere/at/all", "../../../etc", strings.Repeat("long/", 30)+"x")
		if other, ok := w.any("05"); ok && r.IntN(2) == 0 {
			m.target = "/" + other
		}
		w.put(path, '2')
		w.write(m)
	case n < 29:
		old, ok := w.any("00236")
		if !ok {
			return
		}
		path := w.newPath()
		// What is replaced is gone before the link is made.
		if old == path || strings.HasPrefix(old, path+"/") {
			return
		}
		m := w.facts('1', path)
		m.target = w.spelled(old)
		switch r.IntN(12) {
		case 0:
			m.target += "/"
		case 1:
			m.target = "no/.././" + old
		case 2:
			if directory, ok := w.any("5"); ok {
				m.target = directory + strings.Repeat("/..", strings.Count(directory, "/")+1) + "/" + old
			}
		}
		w.put(path, w.tree[old])
		w.write(m)
	case n < 31:
		path := w.newPath()
		m := w.facts(pick(r, byte('3'), '4', '6'), path)
		m.major = pick[int64](r, 0, 1, 5, 8, 4095)
		m.minor = pick[int64](r, 0, 3, 16, 1048575)
		w.put(path, m.kind)
		w.write(m)
	case n < 35:
		victim, ok := w.any("0123456")
		if !ok || r.IntN(12) == 0 {
			victim = w.newPath()
		}
		if w.bringsBelow(victim) && r.IntN(15) > 0 {
			return
		}
		at := strings.LastIndex(victim, "/") + 1
		w.remove(victim)
		m := w.facts('0', victim[:at]+".wh."+victim[at:])
		if len(victim[at:]) > 251 {
			return
		}
		w.write(m)
	case n < 37:
		directory, ok := w.any("5")
		if !ok {
			return
		}
		for path := range w.tree {
			if strings.HasPrefix(path, directory+"/") && !w.bringsBelow(path) {
				delete(w.tree, path)
			}
		}
		w.write(w.facts('0', directory+"/.wh..wh..opq"))
	default:
		path := w.newPath()
		w.put(path, '0')
		w.sparse(path)
	}
}

func (w *wellFormed) layer() []byte {
	r := w.r
	w.inLayer = map[string]bool{}
	w.out.Reset()
	if r.IntN(8) == 0 {
		w.special('g', "pax_global_header", record("comment", "0123456789012345678901234567890123456789"))
	}
	for n := 1 + r.IntN(pick(r, 5, 12, 25)); n > 0; n-- {
		w.entry()
	}
	switch r.IntN(6) {
	case 0:
	case 1:
		w.out.Write(make([]byte, -w.out.Len()&(20*block-1)+2*block))
	default:
		w.out.Write(make([]byte, 2*block))
	}
	return bytes.Clone(w.out.Bytes())
}

// wellFormedLayers are those of one image, or of two, one over the other.
func wellFormedLayers(r *rand.Rand) [][]byte {
	var layers [][]byte
	w := &wellFormed{r: r, tree: map[string]byte{}}
	for n := pick(r, 1, 1, 2, 3, 5); n > 0; n-- {
		if r.IntN(8) == 0 {
			w.tree = map[string]byte{} // another image, which knows nothing of this
		}
		layers = append(layers, w.layer())
	}
	if r.IntN(12) == 0 {
		layers = append(layers, bytes.Clone(layers[r.IntN(len(layers))]))
	}
	return layers
}
