// Record_json writes what Go's own packages answer: the table of printable
// characters, and what the tests of specgen/json and specgen/plugin compare with:
//
//	go run tools/record_json/*.go printable > specgen/base/printable.inc
//	go run tools/record_json/*.go valid > specgen/json/testdata/valid_texts.txt
//	go run tools/record_json/*.go strings > specgen/json/testdata/go_strings.tsv
//	go run tools/record_json/*.go values > specgen/json/testdata/go_values.tsv
//	go run tools/record_json/*.go configs > specgen/plugin/testdata/configs.tsv
//
// It uses encoding/json and strconv only, with Go 1.21 to 1.26, whose Unicode
// tables are alike.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash"
	"hash/fnv"
	"math/rand"
	"os"
	"strconv"
	"unicode"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	what := ""
	if len(os.Args) == 2 {
		what = os.Args[1]
	}
	switch what {
	case "printable":
		printable(out)
	case "valid":
		valid(out)
	case "strings":
		tables(out)
	case "values":
		values(out)
	case "configs":
		configs(out)
	default:
		fmt.Fprintln(os.Stderr, "usage: record_json printable|valid|strings|values|configs")
		os.Exit(2)
	}
}

// printable lists the ranges of characters that strconv.Quote leaves as they
// are. go_strings.tsv has hashes of what it makes of each character.
func printable(out *bufio.Writer) {
	first := rune(-1)
	for r := rune(0); r <= unicode.MaxRune+1; r++ {
		switch is := unicode.IsPrint(r); {
		case is && first < 0:
			first = r
		case !is && first >= 0:
			fmt.Fprintf(out, "    {0x%X, 0x%X},\n", first, r-1)
			first = -1
		}
	}
}

// valid lists, of all short texts over each alphabet, those that are JSON.
// json_reader_test.cc walks the same texts.
func valid(out *bufio.Writer) {
	for _, set := range []struct {
		alphabet string
		longest  int
	}{
		{"{}[]:,\"\\01-.e+nul ", 4},
		{"{}[]:,\"0", 6},
		{"01-+.eE", 6},
	} {
		fmt.Fprintf(out, "%d%s\n", set.longest, set.alphabet)
		var walk func(text []byte)
		walk = func(text []byte) {
			if json.Valid(text) {
				fmt.Fprintf(out, ">%s\n", text)
			}
			if len(text) == set.longest {
				return
			}
			for i := 0; i < len(set.alphabet); i++ {
				walk(append(text[:len(text):len(text)], set.alphabet[i]))
			}
		}
		walk(nil)
	}
}

// Parts of JSON strings; go_string_test.cc has the same.
var parts = []string{"a", "\\ud800", "\\uDC00", "\\ud83d\\ude00", "\\n", "\\u0041",
	"é", "\xff", "\xe2\x82", "\xed\xa0\x80", "\\", "u12", "\\/"}

func add(h hash.Hash64, text string) {
	h.Write([]byte(text))
	h.Write([]byte{0xff})
}

// tables has a hash of Go's answers for each block of inputs, since all of them
// would be megabytes: FNV-1a of the answers, each with a byte 0xff behind it.
func tables(out *bufio.Writer) {
	for block := 0; block < 0x110000; block += 0x1000 {
		quoted, marshaled := fnv.New64a(), fnv.New64a()
		for r := block; r < block+0x1000; r++ {
			text := "<" + string(rune(r)) + ">"
			add(quoted, strconv.Quote(text))
			line, _ := json.Marshal(text)
			add(marshaled, string(line))
		}
		fmt.Fprintf(out, "quote\t%d\t%d\n", block, quoted.Sum64())
		fmt.Fprintf(out, "marshal\t%d\t%d\n", block, marshaled.Sum64())
	}
	for first := range parts {
		for _, second := range append([]string{""}, parts...) {
			h, q := fnv.New64a(), fnv.New64a()
			for _, third := range append([]string{""}, parts...) {
				for _, fourth := range append([]string{""}, parts...) {
					body := parts[first] + second + third + fourth
					var value string
					if json.Unmarshal([]byte("\""+body+"\""), &value) != nil {
						value = "refused"
					}
					add(h, value)
					add(q, strconv.Quote(body))
				}
			}
			fmt.Fprintf(out, "parts\t%d\t%d\t%d\n", first, h.Sum64(), q.Sum64())
		}
	}
}

// Inner and Outer are what go_value_test.cc describes as tables.
type Inner struct {
	Name string   `json:"name"`
	List []string `json:"list,omitempty"`
	Num  *int64   `json:"num,omitempty"`
}
type Outer struct {
	Text  string            `json:"text"`
	Skip  string            `json:"skip,omitempty"`
	Flag  bool              `json:"flag,omitempty"`
	I32   int32             `json:"i32"`
	I64   int64             `json:"i64,omitempty"`
	U8    uint8             `json:"u8,omitempty"`
	U16   uint16            `json:"u16,omitempty"`
	U32   uint32            `json:"u32,omitempty"`
	U64   *uint64           `json:"u64"`
	Map   map[string]string `json:"map"`
	Kids  []Inner           `json:"kids"`
	One   Inner             `json:"one"`
	Ptr   *Inner            `json:"ptr,omitempty"`
	BoolP *bool             `json:"boolp,omitempty"`
	Nums  []int64           `json:"nums,omitempty"`
}

func pick(r *rand.Rand, all ...string) string { return all[r.Intn(len(all))] }

func randomValue(r *rand.Rand, depth int) string {
	switch n := r.Intn(10); {
	case n == 0:
		return "null"
	case n < 3:
		return pick(r, `"a"`, `""`, `"<\u2028\ud800"`, `"\u0000"`)
	case n < 6:
		return pick(r, "0", "-0", "1", "-1", "127", "128", "255", "256", "65535", "65536",
			"2147483647", "2147483648", "-2147483648", "-2147483649", "4294967295",
			"4294967296", "9223372036854775807", "9223372036854775808",
			"-9223372036854775808", "18446744073709551615", "18446744073709551616",
			"1.0", "1e2", "1E0", "-0.0", "1e-999")
	case n < 7:
		return pick(r, "true", "false")
	case n < 9 && depth < 3:
		text := "["
		for i := r.Intn(4); i > 0; i-- {
			text += randomValue(r, depth+1)
			if i > 1 {
				text += ","
			}
		}
		return text + "]"
	case depth < 3:
		return randomObject(r, depth+1)
	}
	return "{}"
}

// typical is a value that the key's field can hold, most of the time.
func typical(r *rand.Rand, key string, depth int) string {
	if r.Intn(8) == 0 {
		return randomValue(r, depth)
	}
	switch key {
	case "text", "skip", "name", "TEXT":
		return pick(r, `"a"`, `"b\n"`, `""`, "null")
	case "flag", "boolp":
		return pick(r, "true", "false", "null")
	case "i32", "i64", "u64", "u8", "u16", "u32", "num":
		return pick(r, "0", "1", "-0", "-7", "255", "null", "42", "65535")
	case "map", "MAP":
		return pick(r, `{"a":"1"}`, `{"b":"2","A":"3"}`, `{"a":null}`, "{}", "null")
	case "kids":
		text := "["
		for i := r.Intn(4); i > 0; i-- {
			text += randomObject(r, 2)
			if i > 1 {
				text += ","
			}
		}
		return text + "]"
	case "list":
		return pick(r, `["x"]`, `["x","y","z"]`, `[]`, "null", `[null,"q"]`)
	case "nums":
		return pick(r, "[1,2,3]", "[]", "[null]", "[-0]", "null")
	}
	if depth > 2 {
		return "{}"
	}
	return randomObject(r, depth+1)
}

func randomObject(r *rand.Rand, depth int) string {
	keys := []string{"text", "skip", "flag", "i32", "i64", "u8", "u16", "u32", "u64",
		"map", "kids", "one", "ptr", "boolp", "nums", "TEXT", "\u017fkip", "S\u212aip",
		"MAP", "x"}
	if depth > 1 {
		keys = []string{"name", "list", "num", "LI\u017ft", "x"}
	}
	text := "{"
	for i := 1 + r.Intn(6); i > 0; i-- {
		key := keys[r.Intn(len(keys))]
		text += strconv.Quote(key) + ":" + typical(r, key, depth)
		if i > 1 {
			text += ","
		}
	}
	return text + "}"
}

// values has random texts and what a struct makes of them.
func values(out *bufio.Writer) {
	r := rand.New(rand.NewSource(1))
	for i := 0; i < 1500; i++ {
		text := randomObject(r, 1)
		var outer Outer
		answer := "refused"
		if json.Unmarshal([]byte(text), &outer) == nil {
			line, _ := json.Marshal(&outer)
			answer = string(line)
		}
		fmt.Fprintf(out, "%s\t%s\n", base64.StdEncoding.EncodeToString([]byte(text)), answer)
	}
}
