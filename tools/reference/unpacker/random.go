package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
)

const block = 512

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func randomName(r *rand.Rand) string {
	parts := []string{"a", "b", "d", "e", "l", "x", "f", "dir", "new"}
	name := pick(r, parts...)
	for r.IntN(2) == 0 {
		name += "/" + pick(r, parts...)
	}
	switch r.IntN(24) {
	case 0:
		name = "./" + name
	case 1:
		name = "/" + name
	case 2:
		name += "/"
	case 3, 4:
		at := strings.LastIndex(name, "/") + 1
		name = name[:at] + ".wh." + name[at:]
	case 5:
		name = name[:strings.LastIndex(name, "/")+1] + ".wh..wh..opq"
	case 6: // but for .wh..wh.plnk, whose files Docker unpacks elsewhere
		name = pick(r, ".wh..wh.other/", ".wh..wh.x", ".wh..wh.aufs") + pick(r, "", "a")
	case 7:
		name = pick(r, "..", ".", "/", "", ".wh.", ".wh..", "a/..", "a/../b", "../a", ".wh...", "d/.wh.", "a//b", "./", "a/./b")
	case 8:
		name = strings.Repeat("n", pick(r, 99, 100, 101, 155, 240, 255, 256))
	case 9:
		name = strings.Repeat("p/", pick(r, 10, 49, 50, 51, 80, 120)) + name
	case 10:
		name += pick(r, "\xff", "\xc3\xa4", "\n", " ", "\\")
	}
	return name
}

func randomNumber(r *rand.Rand, size int, usual ...int64) string {
	switch r.IntN(40) {
	case 0: // base 256
		field := make([]byte, size)
		for i := size - 1 - r.IntN(4); i < size; i++ {
			field[i] = byte(r.IntN(256))
		}
		field[0] = byte(pick(r, 0x80, 0xff, 0xc0, 0x81))
		return string(field)
	case 1:
		return pick(r, "", " ", "8", "12x", "-1", "7 7", "\x00\x00\x007", "   17 ", "777777777777"[:size])
	}
	n := pick(r, usual...)
	text := fmt.Sprintf("%0*o", size-1, n)
	if r.IntN(6) == 0 {
		text = fmt.Sprintf("%o", n) + pick(r, " ", "")
	}
	return text
}

func put(header []byte, at, size int, text string) {
	copy(header[at:at+size], text)
}

func sum(header []byte) {
	copy(header[148:156], "        ")
	total := 0
	for _, c := range header[:block] {
		total += int(c)
	}
	copy(header[148:156], fmt.Sprintf("%06o\x00 ", total))
}

func pad(data []byte) []byte {
	return append(data, make([]byte, -len(data)&(block-1))...)
}

func entry(r *rand.Rand, kind byte, name, target string, data []byte) []byte {
	header := make([]byte, block)
	put(header, 0, 100, name)
	put(header, 100, 8, randomNumber(r, 8, 0o644, 0o755, 0o755, 0o4755, 0o1777, 0, 0o100644, 0o7777777))
	put(header, 108, 8, randomNumber(r, 8, 0, 0, 0, 1000, 65534))
	put(header, 116, 8, randomNumber(r, 8, 0, 0, 0, 1000, 100))
	size := int64(len(data))
	put(header, 124, 12, fmt.Sprintf("%011o", size))
	if r.IntN(30) == 0 {
		put(header, 124, 12, randomNumber(r, 12, size, size+1, 0, 1<<20))
	}
	put(header, 136, 12, randomNumber(r, 12, 0, 1000000000, 1234567890, 5))
	header[156] = kind
	put(header, 157, 100, target)
	switch r.IntN(10) {
	case 0: // V7
	case 1, 2:
		copy(header[257:], "ustar  \x00")
		if r.IntN(6) == 0 {
			put(header, 345, 12, randomNumber(r, 12, 1000000000))
			put(header, 357, 12, randomNumber(r, 12, 1000000000))
		}
		if r.IntN(10) == 0 {
			put(header, 345, 155, "old/go")
		}
	case 3:
		copy(header[257:], "ustar\x0000")
		copy(header[508:], "tar\x00")
	default:
		copy(header[257:], "ustar\x0000")
		if r.IntN(10) == 0 {
			put(header, 345, 155, pick(r, "d", "a", "pre/fix", ".wh..wh.x"))
		}
	}
	if header[257] != 0 && r.IntN(3) == 0 || kind == '3' || kind == '4' {
		put(header, 329, 8, randomNumber(r, 8, 0, 1, 5, 4095, 4096))
		put(header, 337, 8, randomNumber(r, 8, 0, 3, 9, 1048575, 1048576))
	}
	if kind == 'S' {
		at := 386
		for i := r.IntN(5); i > 0; i-- {
			put(header, at, 12, randomNumber(r, 12, 0, 512, 1024, 3))
			put(header, at+12, 12, randomNumber(r, 12, 0, 512, 3))
			at += 24
		}
		header[482] = byte(pick(r, 0, 0, 0, 1))
		put(header, 483, 12, randomNumber(r, 12, 0, 512, 4096))
	}
	sum(header)
	return append(header, pad(append([]byte{}, data...))...)
}

func record(key, value string) string {
	rest := len(key) + len(value) + 3
	length := rest + 1
	for len(fmt.Sprint(length))+rest != length {
		length++
	}
	return fmt.Sprintf("%d %s=%s\n", length, key, value)
}

func randomRecords(r *rand.Rand) string {
	text := ""
	for n := 1 + r.IntN(3); n > 0; n-- {
		switch r.IntN(14) {
		case 0, 1:
			text += record("path", pick(r, randomName(r), randomName(r), "", "a\x00b"))
		case 2:
			text += record("linkpath", pick(r, randomName(r), randomName(r), "", "a\x00b"))
		case 3:
			text += record("mtime", pick(r, "1.5", "1234567890.123456789", "-1", "-0.5", "nan", "1.", ".5", "1.2.3", "+7",
				"9223372036", "9223372037", "9223372036854775808", "1e3", " 1", "1.0000000001x", "99999999999"))
		case 4:
			text += record(pick(r, "atime", "ctime"), pick(r, "1.5", "x", "-1"))
		case 5:
			text += record(pick(r, "uid", "gid"), pick(r, "0", "1000", "4294967294", "4294967295", "4294967296", "-1", "x", "+5", "007"))
		case 6:
			text += record("size", pick(r, "0", "3", "512", "-1", "x", "9223372036854775807"))
		case 7, 8:
			text += record("SCHILY.xattr."+pick(r, "user.a", "user.b", "trusted.c", "security.capability",
				"user.", "", "other.x", "system.posix_acl_access", "user.n\x00l", "system.nothing"),
				pick(r, "v", "", "\x00\x01", "\x01\x00\x00\x02\x00\x00\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
					strings.Repeat("y", pick(r, 100, 65536, 65537))))
		case 9:
			text += record(pick(r, "LIBARCHIVE.xattr.user.z", "SCHILY.acl.access", "comment", "uname", "hdrcharset", "GNU.volume.size"),
				pick(r, "dg", "user::rwx,group::r--", "x\x00y", "", "BINARY"))
		case 10:
			text += pick(r, "5 a=\n", "6 a=b", "9 path=x\n", "x y=z\n", "0 a=b\n", " 8 a=b\n", "7  a=b\n", "6 a=b\nz", "06 a=b\n", "+8 a=b1\n", "8 =ab1\n", "99 a=b\n", "6 abb\n")
		case 11:
			text += sparseRecords(r)
		default:
			text += record(pick(r, "gname", "uname", "path"), pick(r, "root", "d/x", "n\x00"))
		}
	}
	return text
}

// One only: of several Docker takes those before the first bad one, in random
// order.
func globalRecord(r *rand.Rand) string {
	return pick(r, record("path", randomName(r)), record("comment", "x"), record("mtime", "x"), "x")
}

func sparseRecords(r *rand.Rand) string {
	number := func() string { return pick(r, "0", "0", "3", "5", "512", "1024", "-1", "x", "", "9223372036854775807") }
	text := record("GNU.sparse.name", pick(r, "f", "sparse", "d/x", ""))
	text += record(pick(r, "GNU.sparse.size", "GNU.sparse.realsize"), pick(r, "5", "100", "2000", "0", "-1", "x", "1048576"))
	switch r.IntN(4) {
	case 0:
		n := r.IntN(3)
		text += record("GNU.sparse.numblocks", fmt.Sprint(n))
		for i := 0; i < n; i++ {
			text += record("GNU.sparse.offset", number()) + record("GNU.sparse.numbytes", number())
		}
	case 1:
		n := r.IntN(3)
		map_ := make([]string, 2*n)
		for i := range map_ {
			map_[i] = number()
		}
		text += record("GNU.sparse.numblocks", pick(r, fmt.Sprint(n), fmt.Sprint(n+1))) + record("GNU.sparse.map", strings.Join(map_, ","))
		if r.IntN(2) == 0 {
			text += record("GNU.sparse.major", "0") + record("GNU.sparse.minor", pick(r, "0", "1", "2"))
		}
	default:
		text += record("GNU.sparse.major", pick(r, "1", "1", "1", "2")) + record("GNU.sparse.minor", pick(r, "0", "0", "0", "1"))
	}
	return text
}

// A file whose bytes begin with a map of form 1.0.
func sparseFile(r *rand.Rand) []byte {
	offset := func() int { return pick(r, 0, 1, 5, 600, 1200) }
	length := pick(r, 3, 0, 512, 700)
	first := offset()
	map_ := fmt.Sprintf("1\n%d\n%d\n", first, length)
	data := length
	if r.IntN(3) == 0 {
		second := pick(r, first+length, first+length+100, first, 0)
		map_ = fmt.Sprintf("2\n%d\n%d\n%d\n4\n", first, length, second)
		data += 4
	}
	switch r.IntN(12) {
	case 0:
		map_ = pick(r, "x\n", "-1\n", "1\n0\n", "99999999999999999999\n", "0\n", "1\n\n\n", strings.Repeat("0", 600)+"1\n0\n3\n")
	case 1:
		data += pick(r, 1, 512)
	case 2:
		data = 0
	}
	body := append(pad([]byte(map_)), []byte(strings.Repeat("s", data))...)
	real := pick(r, first+data+200, first+data, 2500)
	records := record("GNU.sparse.major", "1") + record("GNU.sparse.minor", "0") +
		record("GNU.sparse.name", randomName(r)) + record("GNU.sparse.realsize", fmt.Sprint(real))
	return append(entry(r, 'x', "PaxHeaders/s", "", []byte(records)), entry(r, pick(r, byte('0'), '0', '0', '5', 0), "s", "", body)...)
}

func randomArchive(r *rand.Rand) []byte {
	var tar []byte
	for n := 1 + r.IntN(6); n > 0; n-- {
		switch r.IntN(12) {
		case 0:
			tar = append(tar, entry(r, 'x', "PaxHeaders/x", "", []byte(randomRecords(r)))...)
		case 1:
			tar = append(tar, entry(r, 'x', "PaxHeaders/x", "", []byte(randomRecords(r)))...)
		case 2:
			if r.IntN(4) == 0 {
				tar = append(tar, entry(r, 'g', pick(r, "pax_global_header", randomName(r)), "", []byte(globalRecord(r)))...)
			}
		case 3:
			tar = append(tar, entry(r, pick(r, byte('L'), 'L', 'K'), "././@LongLink", "", []byte(randomName(r)+pick(r, "\x00", "", "\x00zz")))...)
		case 4:
			tar = append(tar, sparseFile(r)...)
		}
		kind := pick(r, byte('0'), '0', '0', '0', '5', '5', '5', '2', '2', '1', '1', '3', '4', '6', 0)
		if r.IntN(60) == 0 {
			kind = pick(r, byte('7'), 'S', 'S', 'V', 'D', 'A', '8', '9', 'X', 'N')
		}
		var data []byte
		if kind == '0' || kind == 0 || kind == 'S' {
			data = []byte(strings.Repeat(pick(r, "z", "data", "\x00"), r.IntN(pick(r, 3, 10, 200))))
		}
		target := ""
		if kind == '1' || kind == '2' {
			target = pick(r, randomName(r), "a", "b", "d", "d/x", "/d", "../d", "../../e", "/", ".", "..", "nowhere")
		}
		tar = append(tar, entry(r, kind, randomName(r), target, data)...)
	}
	switch r.IntN(12) {
	case 0:
	case 1:
		tar = append(tar, make([]byte, block)...)
	case 2:
		tar = append(tar, make([]byte, 2*block)...)
		tar = append(tar, "something else"...)
	case 3:
		tar = append(tar, make([]byte, 20*block)...)
	default:
		tar = append(tar, make([]byte, 2*block)...)
	}
	return tar
}

func change(r *rand.Rand, text []byte) []byte {
	for n := 1 + r.IntN(3); n > 0 && len(text) > 0; n-- {
		at := r.IntN(len(text))
		switch r.IntN(5) {
		case 0:
			text[at] ^= 1 << r.IntN(8)
		case 1:
			text[at] = pick(r, byte(0), '0', '7', '/', '.', ' ', 0xff, '\n')
		case 2:
			text = text[:at]
		case 3:
			text = append(text[:at:at], text[at+min(pick(r, 1, block), len(text)-at):]...)
		case 4:
			end := min(len(text), at+pick(r, 1, 8, block))
			text = append(text[:end:end], text[at:]...)
		}
	}
	return text
}

var encoder, _ = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
var plainEncoder, _ = zstd.NewWriter(nil, zstd.WithEncoderCRC(false), zstd.WithEncoderConcurrency(1))

func compress(r *rand.Rand, text []byte) []byte {
	switch r.IntN(8) {
	case 0:
		return pick(r, encoder, plainEncoder).EncodeAll(text, nil)
	case 1:
		half := r.IntN(len(text) + 1)
		return append(compress1(r, text[:half]), compress1(r, text[half:])...)
	case 2:
		return append(compress1(r, text), pick(r, "x", "\x00\x00\x00\x00", "something else entirely", "\x1f\x8b")...)
	default:
		return compress1(r, text)
	}
}

// compressWhole is compress without damage.
func compressWhole(r *rand.Rand, text []byte) []byte {
	switch r.IntN(8) {
	case 0, 1:
		return pick(r, encoder, plainEncoder).EncodeAll(text, nil)
	case 2: // frames, and one that is skipped
		half := r.IntN(len(text) + 1)
		return slices.Concat(encoder.EncodeAll(text[:half], nil), []byte("\x50\x2a\x4d\x18\x03\x00\x00\x00xyz"), encoder.EncodeAll(text[half:], nil))
	case 3: // members
		half := r.IntN(len(text) + 1)
		return append(compress1(r, text[:half]), compress1(r, text[half:])...)
	}
	return compress1(r, text)
}

func compress1(r *rand.Rand, text []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, pick(r, 0, 1, 6))
	if r.IntN(6) == 0 {
		w.Name = pick(r, "name", "layer.tar", strings.Repeat("n", 511), strings.Repeat("n", 511+r.IntN(8)/7))
		w.Comment = pick(r, "", "c")
		w.Extra = []byte(pick(r, "", "extra"))
	}
	w.Write(text)
	w.Close()
	return out.Bytes()
}

// change1 changes a few bytes, and makes some of the headers' sums right again.
func change1(r *rand.Rand, text []byte) []byte {
	text = change(r, text)
	if r.IntN(2) == 0 {
		for at := 0; at+block <= len(text); at += block {
			if bytes.HasPrefix(text[at+257:], []byte("ustar")) {
				sum(text[at : at+block])
			}
		}
	}
	return text
}

// The layers of one case, bottom first, and what kind of case that is.
func randomLayers(r *rand.Rand) (layers [][]byte, kind string) {
	switch r.IntN(8) {
	case 0, 1, 2, 3, 4:
		layers, kind = wellFormedLayers(r), "well-formed"
	case 5:
		layers, kind = wellFormedLayers(r), "well-formed, then changed"
		at := r.IntN(len(layers))
		layers[at] = change1(r, layers[at])
	default:
		layers, kind = strangeLayers(r), "strange"
	}
	for at := range layers {
		if r.IntN(5) < 2 && kind != "strange" {
			layers[at] = compressWhole(r, layers[at])
			if kind == "well-formed, then changed" && r.IntN(4) == 0 {
				layers[at] = change(r, layers[at])
			}
		}
	}
	return layers, kind
}

func strangeLayers(r *rand.Rand) [][]byte {
	text := randomArchive(r)
	if r.IntN(3) == 0 {
		text = change1(r, text)
	}
	if r.IntN(6) == 0 {
		text = compress(r, text)
		if r.IntN(3) == 0 {
			text = change(r, text)
		}
	}
	if r.IntN(2) == 0 {
		return [][]byte{text}
	}
	var base []byte
	for _, name := range []string{"d", "d/x", "d/dir", "d/dir/f", "a", "e", "l"} {
		kind := byte('0')
		target := ""
		switch name {
		case "d", "d/dir", "e":
			kind = '5'
		case "l":
			kind, target = '2', pick(r, "d", "/d/dir", "../../e", "nowhere")
		}
		base = append(base, plainEntry(kind, name, target)...)
	}
	return [][]byte{append(base, make([]byte, 2*block)...), text}
}

func plainEntry(kind byte, name, target string) []byte {
	header := make([]byte, block)
	put(header, 0, 100, name)
	put(header, 100, 8, "0000755")
	put(header, 108, 8, "0000000")
	put(header, 116, 8, "0000000")
	put(header, 124, 12, "00000000000")
	put(header, 136, 12, "00000001000")
	header[156] = kind
	put(header, 157, 100, target)
	copy(header[257:], "ustar\x0000")
	sum(header)
	return header
}
