module specgen/tools/reference/unpacker

go 1.25

require (
	github.com/containerd/log v0.1.0
	github.com/klauspost/compress v1.18.0
	github.com/moby/go-archive v0.1.0
	golang.org/x/sys v0.31.0
)

require (
	github.com/moby/patternmatcher v0.6.0 // indirect
	github.com/moby/sys/sequential v0.6.0 // indirect
	github.com/moby/sys/user v0.4.0 // indirect
	github.com/moby/sys/userns v0.1.0 // indirect
	github.com/sirupsen/logrus v1.9.3 // indirect
)
