module specgen/tools/reference/recorder

go 1.21

require github.com/docker/docker v23.0.18+incompatible

// What the recorder reaches: as the engine pins it, or later (see new_engine).
require (
	github.com/containerd/containerd v1.6.22
	github.com/docker/go-connections v0.4.0
	github.com/docker/go-units v0.5.0
	github.com/gogo/protobuf v1.3.2
	github.com/moby/sys/sequential v0.5.0
	github.com/opencontainers/go-digest v1.0.0
	github.com/opencontainers/image-spec v1.1.0-rc2.0.20221005185240-3a7f492d3f1b
	github.com/opencontainers/runc v1.1.12
	github.com/opencontainers/runtime-spec v1.0.3-0.20210326190908-1c3f411f0417
	github.com/pkg/errors v0.9.1
	github.com/rootless-containers/rootlesskit v1.1.0
	github.com/sirupsen/logrus v1.9.0
	golang.org/x/net v0.23.0
	golang.org/x/sys v0.18.0
)
