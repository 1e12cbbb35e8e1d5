module specgen/tools/reference/recorder

go 1.21

require github.com/docker/docker v24.0.0+incompatible

// What the recorder reaches: as the engine pins it, or later (see new_engine).
require (
	github.com/containerd/containerd v1.6.21
	github.com/containerd/continuity v0.3.0
	github.com/containerd/ttrpc v1.1.1
	github.com/docker/go-connections v0.4.0
	github.com/docker/go-units v0.5.0
	github.com/gogo/protobuf v1.3.2
	github.com/golang/protobuf v1.5.2
	github.com/klauspost/compress v1.16.3
	github.com/moby/sys/mountinfo v0.6.2
	github.com/opencontainers/go-digest v1.0.0
	github.com/opencontainers/image-spec v1.1.0-rc2.0.20221005185240-3a7f492d3f1b
	github.com/opencontainers/runc v1.1.7
	github.com/opencontainers/runtime-spec v1.1.0-rc.2
	github.com/pkg/errors v0.9.1
	github.com/rootless-containers/rootlesskit v1.1.0
	github.com/sirupsen/logrus v1.9.0
	golang.org/x/net v0.8.0
	golang.org/x/sync v0.1.0
	golang.org/x/sys v0.6.0
	google.golang.org/genproto v0.0.0-20220706185917-7780775163c4
	google.golang.org/grpc v1.50.1
	google.golang.org/protobuf v1.28.1
)
