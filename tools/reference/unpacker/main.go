// Unpacker compares how specgen and Docker unpack the same layers.
//
// Docker's side is moby/go-archive with Go's archive/tar and compress/gzip, in
// a chroot, as dockerd unpacks a plugin's layers; what follows the archive in a
// compressed layer is read as well, so that its checksum counts. specgen's side
// is the program //specgen/bundle:unpack_many.
//
//	unpacker [-count N] [-seed S] [-first N] [-tar] [-keep DIRECTORY] UNPACK_MANY [LAYER...]
//
// With files it takes them for layers, bottom first; else N cases made by
// chance, from number -first on: images such as real programs write, the same
// with some bytes changed, cut or compressed, and archives such as nobody
// writes. Both sides must make the same tree or both refuse; the one thing
// allowed besides is that specgen refuses with one of the reasons in
// `stricter`. Each other case is printed, kept in DIRECTORY, and makes the exit
// code 1; after 20 of them it ends. With -tar, specgen's tree goes through the
// archive that `bundle --tar` writes of it.
//
// Everything is unpacked to a tmpfs in a mount namespace of its own, which is
// gone with the program, however that ends. Needs root.
package main

import (
	"bufio"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/containerd/log"
	"github.com/moby/go-archive"
	"github.com/moby/go-archive/compression"
	"golang.org/x/sys/unix"
)

// What specgen refuses and Docker 28 does not. specgen/bundle/README.md has the
// reasons.
var stricter = []*regexp.Regexp{
	regexp.MustCompile(`leads out of the rootfs`),
	regexp.MustCompile(`stands for the whole rootfs`),
	regexp.MustCompile(`is a hard link to .*\.wh\.\.wh\.`),
	regexp.MustCompile(`its owner .* is none that Linux knows`),
	regexp.MustCompile(`its device number .* is none that Linux knows`),
	regexp.MustCompile(`removes no file`),
	regexp.MustCompile(`is a path that hides a whiteout`),
	regexp.MustCompile(`more than 256 directories deep`),
	regexp.MustCompile(`zstd: it needs a window`),
	regexp.MustCompile(`is compressed with (bzip2|xz)`),
	regexp.MustCompile(`more bytes than the limit allows`),
	regexp.MustCompile(`more names or attributes than the limit allows`),
	regexp.MustCompile(`one file or directory too many`),
	regexp.MustCompile(`a path of more than 4095 bytes`),
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "unpacker:", err)
		os.Exit(2)
	}
}

// unpackMany is specgen's side.
type unpackMany struct {
	in  *bufio.Writer
	out *bufio.Reader
}

func (u *unpackMany) unpack(layers [][]byte) (refusal string) {
	check(binary.Write(u.in, binary.LittleEndian, uint32(len(layers))))
	for _, layer := range layers {
		check(binary.Write(u.in, binary.LittleEndian, uint32(len(layer))))
		_, err := u.in.Write(layer)
		check(err)
	}
	check(u.in.Flush())
	line, err := u.out.ReadString('\n')
	check(err)
	line = strings.TrimSuffix(line, "\n")
	if line == "ok" {
		return ""
	}
	return line
}

func docker(layers [][]byte) error {
	for _, layer := range layers {
		stream, err := compression.DecompressStream(strings.NewReader(string(layer)))
		if err != nil {
			return err
		}
		_, err = archive.UnpackLayer("/", stream, &archive.TarOptions{})
		if err == nil {
			_, err = io.Copy(io.Discard, stream)
		}
		stream.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// list describes all that is in a directory, by path.
func list(directory int, path string, now int64, links map[uint64]string, out map[string]string) {
	fd, err := unix.Openat(directory, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	check(err)
	file := os.NewFile(uintptr(fd), path)
	names, err := file.Readdirnames(-1)
	check(err)
	sort.Strings(names)
	describe(directory, ".", path, now, links, out)
	for _, name := range names {
		var st unix.Stat_t
		check(unix.Fstatat(fd, name, &st, unix.AT_SYMLINK_NOFOLLOW))
		below := path + "/" + name
		if st.Mode&unix.S_IFMT != unix.S_IFDIR {
			describe(fd, name, below, now, links, out)
			continue
		}
		child, err := unix.Openat(fd, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		check(err)
		list(child, below, now, links, out)
		unix.Close(child)
	}
	file.Close()
}

func describe(directory int, name, path string, now int64, links map[uint64]string, out map[string]string) {
	var st unix.Stat_t
	check(unix.Fstatat(directory, name, &st, unix.AT_SYMLINK_NOFOLLOW))
	text := fmt.Sprintf("mode %o owner %d:%d", st.Mode, st.Uid, st.Gid)
	kind := st.Mode & unix.S_IFMT
	if kind == unix.S_IFBLK || kind == unix.S_IFCHR {
		text += fmt.Sprintf(" device %x", st.Rdev)
	}
	if kind != unix.S_IFDIR && st.Nlink > 1 {
		if links[st.Ino] == "" {
			links[st.Ino] = path
		}
		text += " is " + links[st.Ino]
	}
	if kind == unix.S_IFLNK {
		target := make([]byte, 8192)
		n, err := unix.Readlinkat(directory, name, target)
		check(err)
		text += fmt.Sprintf(" to %q", target[:n])
	}
	// A path for calls that take no descriptor: this process's own view is a
	// chroot without /proc.
	if kind == unix.S_IFREG || kind == unix.S_IFDIR {
		fd, err := unix.Openat(directory, name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		check(err)
		if kind == unix.S_IFREG {
			// Sparse files can be large; what is not a hole is not.
			text += fmt.Sprintf(" size %d", st.Size)
			for at := int64(0); at < st.Size; {
				start, err := unix.Seek(fd, at, unix.SEEK_DATA)
				if err == unix.ENXIO {
					break
				}
				check(err)
				end, err := unix.Seek(fd, start, unix.SEEK_HOLE)
				check(err)
				bytes := make([]byte, end-start)
				n, err := unix.Pread(fd, bytes, start)
				check(err)
				// A page of zeros is as good as a hole.
				for o := 0; o < n; o += 4096 {
					page := string(bytes[o:min(o+4096, n)])
					if trimmed := strings.TrimRight(page, "\x00"); trimmed != "" {
						text += fmt.Sprintf(" %d:%q", start+int64(o), trimmed)
					}
				}
				at = end
			}
		}
		names := make([]byte, 1<<16)
		n, err := unix.Flistxattr(fd, names)
		check(err)
		keys := strings.Split(strings.TrimSuffix(string(names[:n]), "\x00"), "\x00")
		sort.Strings(keys)
		for _, key := range keys {
			if key == "" || strings.HasPrefix(key, "security.") && key != "security.capability" {
				continue
			}
			value := make([]byte, 1<<16)
			n, err := unix.Fgetxattr(fd, key, value)
			if err != nil {
				// An ACL can be set that cannot be read.
				text += fmt.Sprintf(" %s: %v", key, err)
				continue
			}
			text += fmt.Sprintf(" %s=%q", key, value[:n])
		}
		unix.Close(fd)
	}
	if age := now - st.Mtim.Sec; age > -86400 && age < 86400 {
		text += " new"
	} else {
		text += fmt.Sprintf(" modified %d.%09d", st.Mtim.Sec, st.Mtim.Nsec)
	}
	out[path] = text
}

// difference is the first path where the trees differ.
func difference(docker, specgen map[string]string) string {
	var paths []string
	for path := range docker {
		// Docker 28 makes the directory above an entry of AUFS's own; later
		// ones do not.
		if strings.HasPrefix(path, "/.wh..wh.") && specgen[path] == "" {
			continue
		}
		paths = append(paths, path)
	}
	for path := range specgen {
		if _, both := docker[path]; !both {
			paths = append(paths, path)
		}
	}
	sort.Strings(paths)
	for _, path := range paths {
		d, s := docker[path], specgen[path]
		// A directory in which a later layer put something has the time at
		// which that was done; specgen keeps the one that was given to it.
		if at := strings.LastIndex(s, " modified "); at >= 0 && strings.HasPrefix(d, "mode 4") {
			if since, is := strings.CutSuffix(d, " new"); is {
				d, s = since, s[:at]
			}
		}
		// Docker 28 gives directories, and what replaces them in their layer,
		// times before 1970, too, and what comes of an overflow after 2262; and
		// lets those that it makes unasked inherit the set-group-ID bit. Later
		// ones do not.
		if at := strings.Index(d, " modified "); at >= 0 && strings.HasSuffix(s, " modified 0.000000000") {
			if time := d[at+len(" modified "):]; time[0] == '-' || !strings.HasSuffix(time, ".000000000") {
				d = d[:at] + " modified 0.000000000"
			}
		}
		if strings.HasPrefix(s, "mode 40755 owner 0:0") {
			d = strings.Replace(d, "mode 42755 ", "mode 40755 ", 1)
		}
		if d != s {
			return fmt.Sprintf("%q\n  Docker:  %s\n  specgen: %s", path, d, s)
		}
	}
	return ""
}

// empty makes the top of the chroot what it was.
func empty(path string) {
	names := make([]byte, 1<<16)
	n, err := unix.Listxattr(path, names)
	check(err)
	for _, name := range strings.Split(string(names[:n]), "\x00") {
		if name != "" {
			check(unix.Removexattr(path, name))
		}
	}
	entries, err := os.ReadDir(path)
	check(err)
	for _, entry := range entries {
		check(os.RemoveAll(filepath.Join(path, entry.Name())))
	}
	check(os.Chown(path, 0, 0))
	check(os.Chmod(path, 0o755))
	check(os.Chtimes(path, time.Now(), time.Now()))
}

// openFifos ends the wait of whoever opens a FIFO below the directory to read.
func openFifos(directory int) {
	file := os.NewFile(uintptr(directory), "")
	defer file.Close()
	names, _ := file.Readdirnames(-1)
	for _, name := range names {
		var st unix.Stat_t
		if unix.Fstatat(directory, name, &st, unix.AT_SYMLINK_NOFOLLOW) != nil {
			continue
		}
		switch st.Mode & unix.S_IFMT {
		case unix.S_IFIFO:
			if fd, err := unix.Openat(directory, name, unix.O_RDWR|unix.O_NONBLOCK|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0); err == nil {
				unix.Close(fd)
			}
		case unix.S_IFDIR:
			if fd, err := unix.Openat(directory, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0); err == nil {
				openFifos(fd)
			}
		}
	}
}

// outside runs this program again in a mount namespace, with a directory that it
// may mount on.
func outside() {
	directory, err := os.MkdirTemp("", "unpacker-")
	check(err)
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Env = append(os.Environ(), inside+"="+directory)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	runtime.LockOSThread()      // Pdeathsig is of the thread
	signal.Ignore(os.Interrupt) // which gets it, too
	err = cmd.Run()
	os.Remove(directory)
	if exit, is := err.(*exec.ExitError); is {
		os.Exit(exit.ExitCode())
	}
	check(err)
	os.Exit(0)
}

const inside = "UNPACKER_DIRECTORY"

type outcome int

const (
	sameTree outcome = iota
	refusedByBoth
	stricterOnPurpose
	wrong
)

func main() {
	count := flag.Int("count", 10000, "how many cases")
	first := flag.Int("first", 0, "the number of the first case")
	seed := flag.Int64("seed", 1, "what they are made of")
	tar := flag.Bool("tar", false, "look at the archive that specgen writes of a tree")
	keep := flag.String("keep", "", "a `directory` to keep the layers of wrong cases in")
	flag.Parse()
	if flag.NArg() < 1 {
		flag.Usage()
		os.Exit(2)
	}
	directory := os.Getenv(inside)
	if directory == "" {
		outside()
	}
	check(log.SetLevel("panic"))
	program, err := filepath.Abs(flag.Arg(0))
	check(err)
	var files [][]byte
	for _, name := range flag.Args()[1:] {
		bytes, err := os.ReadFile(name)
		check(err)
		files = append(files, bytes)
	}
	kept := -1
	if *keep != "" {
		kept, err = unix.Open(*keep, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		check(err)
	}

	check(unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""))
	// Docker writes holes as bytes, without a limit.
	check(unix.Mount("tmpfs", directory, "tmpfs", 0, "size=256m,nr_inodes=100k"))
	theirs := filepath.Join(directory, "docker")
	ours := filepath.Join(directory, "specgen")
	check(os.Mkdir(theirs, 0o755))
	check(os.Mkdir(ours, 0o755))
	arguments := []string{ours}
	if *tar {
		arguments = append(arguments, "--tar")
	}
	cmd := exec.Command(program, arguments...)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	runtime.LockOSThread()
	in, err := cmd.StdinPipe()
	check(err)
	out, err := cmd.StdoutPipe()
	check(err)
	check(cmd.Start())
	specgen := &unpackMany{bufio.NewWriter(in), bufio.NewReader(out)}

	root, err := unix.Open(ours, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	check(err)
	check(unix.Chroot(theirs))
	check(unix.Chdir("/"))
	unix.Umask(0)
	empty("/")

	// Docker waits for ever for a FIFO that a whiteout takes for a directory
	// (os.RemoveAll). Then that must come to an end; the error after it is
	// Docker's own.
	var working, waited atomic.Int64
	go func() {
		for last := int64(0); ; time.Sleep(50 * time.Millisecond) {
			if now := working.Load(); now != 0 && now == last {
				waited.Store(now)
				if fd, err := unix.Open("/", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0); err == nil {
					openFifos(fd)
				}
			} else {
				last = now
			}
		}
	}()

	// Whoever ends it still gets the figures.
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, unix.SIGTERM)
	var totals [wrong + 1]int
	kinds := map[string]*[wrong + 1]int{}
	reasons := map[string]int{}
	number := int64(0)
	try := func(layers [][]byte, name, kind string) {
		number++
		refusal := specgen.unpack(layers)
		reason := ""
		for _, r := range stricter {
			if refusal != "" && r.MatchString(refusal) {
				reason = r.String()
				break
			}
		}
		var dockerError error
		if reason == "" || !strings.HasPrefix(reason, "more bytes") {
			working.Store(number)
			dockerError = docker(layers)
			working.Store(0)
		}
		result, why := wrong, ""
		switch {
		case dockerError != nil && refusal != "":
			result = refusedByBoth
		case dockerError != nil:
			why = fmt.Sprintf("only Docker refuses: %v", dockerError)
		case reason != "":
			result = stricterOnPurpose
			reasons[reason]++
		case refusal != "":
			why = "only specgen refuses: " + refusal
		default:
			result = sameTree
			now := time.Now().Unix()
			d, s := map[string]string{}, map[string]string{}
			fd, err := unix.Open("/", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
			check(err)
			list(fd, "", now, map[uint64]string{}, d)
			unix.Close(fd)
			fd, err = unix.Openat(root, "rootfs", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
			check(err)
			list(fd, "", now, map[uint64]string{}, s)
			unix.Close(fd)
			if found := difference(d, s); found != "" {
				result, why = wrong, "the trees differ at "+found
			}
		}
		empty("/")
		totals[result]++
		if kinds[kind] == nil {
			kinds[kind] = new([wrong + 1]int)
		}
		kinds[kind][result]++
		if result != wrong {
			return
		}
		fmt.Printf("%s (%s): %s\n", name, kind, why)
		for i, layer := range layers {
			if kept < 0 {
				break
			}
			file := fmt.Sprintf("%s.%d.layer", name, i)
			fd, err := unix.Openat(kept, file, unix.O_WRONLY|unix.O_CREAT|unix.O_TRUNC|unix.O_CLOEXEC, 0o644)
			check(err)
			_, err = unix.Write(fd, layer)
			check(err)
			unix.Close(fd)
		}
	}
	if files != nil {
		try(files, "files", "given")
	} else {
		for i := *first; i < *first+*count && totals[wrong] < 20 && len(stop) == 0; i++ {
			layers, kind := randomLayers(rand.New(rand.NewPCG(uint64(*seed), uint64(i))))
			try(layers, fmt.Sprintf("case-%d-%d", *seed, i), kind)
		}
	}
	report := func(name string, counts *[wrong + 1]int) {
		fmt.Printf("%s: %d cases: %d the same tree, %d refused by both, %d refused by specgen on purpose, %d wrong\n",
			name, counts[0]+counts[1]+counts[2]+counts[3], counts[sameTree], counts[refusedByBoth], counts[stricterOnPurpose], counts[wrong])
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		report("  "+kind, kinds[kind])
	}
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		fmt.Printf("  %7d on purpose: %s\n", reasons[reason], reason)
	}
	if waits := waited.Load(); waits > 0 {
		fmt.Println("  Docker waited for a FIFO")
	}
	report(fmt.Sprintf("seed %d", *seed), &totals)
	if totals[wrong] > 0 {
		os.Exit(1)
	}
}
