module specgen/tools/reference/recorder

go 1.21

require github.com/docker/docker v27.5.1+incompatible

// What the recorder reaches: as the engine pins it, or later (see new_engine).
require (
	github.com/containerd/containerd v1.7.24
	github.com/containerd/continuity v0.4.5
	github.com/containerd/errdefs v0.3.0
	github.com/containerd/log v0.1.0
	github.com/containerd/platforms v0.2.1
	github.com/containerd/ttrpc v1.2.5
	github.com/containerd/typeurl/v2 v2.2.3
	github.com/docker/go-connections v0.5.0
	github.com/docker/go-units v0.5.0
	github.com/gogo/protobuf v1.3.2
	github.com/klauspost/compress v1.17.11
	github.com/moby/docker-image-spec v1.3.1
	github.com/moby/sys/mountinfo v0.7.2
	github.com/moby/sys/user v0.3.0
	github.com/moby/sys/userns v0.1.0
	github.com/opencontainers/go-digest v1.0.0
	github.com/opencontainers/image-spec v1.1.0
	github.com/opencontainers/runtime-spec v1.2.0
	github.com/pkg/errors v0.9.1
	github.com/sirupsen/logrus v1.9.3
	golang.org/x/sync v0.8.0
	golang.org/x/sys v0.26.0
	google.golang.org/genproto/googleapis/rpc v0.0.0-20240701130421-f6361c86f094
	google.golang.org/grpc v1.66.3
	google.golang.org/protobuf v1.35.1
)
