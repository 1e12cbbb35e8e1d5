module specgen/tools/reference/recorder

go 1.21

require github.com/docker/docker v25.0.5+incompatible

// What the recorder reaches: as the engine pins it, or later (see new_engine).
require (
	github.com/containerd/containerd v1.7.12
	github.com/containerd/continuity v0.4.2
	github.com/containerd/log v0.1.0
	github.com/containerd/ttrpc v1.2.2
	github.com/containerd/typeurl/v2 v2.1.1
	github.com/docker/go-connections v0.5.0
	github.com/docker/go-units v0.5.0
	github.com/gogo/protobuf v1.3.2
	github.com/golang/protobuf v1.5.3
	github.com/klauspost/compress v1.17.4
	github.com/moby/sys/mountinfo v0.7.1
	github.com/moby/sys/user v0.1.0
	github.com/opencontainers/go-digest v1.0.0
	github.com/opencontainers/image-spec v1.1.0-rc5
	github.com/opencontainers/runtime-spec v1.1.0
	github.com/pkg/errors v0.9.1
	github.com/sirupsen/logrus v1.9.3
	golang.org/x/sync v0.3.0
	golang.org/x/sys v0.16.0
	google.golang.org/genproto/googleapis/rpc v0.0.0-20230711160842-782d3b101e98
	google.golang.org/grpc v1.58.3
	google.golang.org/protobuf v1.31.0
)
