module specgen/tools/reference/recorder

go 1.25.0

require github.com/docker/docker v20.10.0+incompatible

// What the recorder reaches: as the engine pins it, or later (see new_engine).
require (
	github.com/containerd/containerd v1.7.35
	github.com/containerd/errdefs v0.3.0
	github.com/coreos/go-systemd/v22 v22.5.0
	github.com/docker/distribution v2.8.3+incompatible
	github.com/docker/go-connections v0.4.0
	github.com/docker/go-units v0.5.0
	github.com/godbus/dbus/v5 v5.1.0
	github.com/gogo/protobuf v1.3.2
	github.com/golang/protobuf v1.5.4
	github.com/moby/sys/mount v0.3.5
	github.com/moby/sys/mountinfo v0.7.2
	github.com/opencontainers/go-digest v1.0.0
	github.com/opencontainers/image-spec v1.1.0
	github.com/opencontainers/runc v1.0.0-rc92
	github.com/opencontainers/runtime-spec v1.1.0
	github.com/pkg/errors v0.9.1
	github.com/sirupsen/logrus v1.9.3
	github.com/syndtr/gocapability v0.0.0-20200815063812-42c35b437635
	golang.org/x/net v0.55.0
	golang.org/x/sys v0.45.0
	google.golang.org/genproto/googleapis/rpc v0.0.0-20240401170217-c3f982113cda
	google.golang.org/grpc v1.59.0
	google.golang.org/protobuf v1.35.2
)

// These make the answers: held at the engine's versions.
replace (
	github.com/opencontainers/image-spec => github.com/opencontainers/image-spec v1.0.1
	github.com/opencontainers/runtime-spec => github.com/opencontainers/runtime-spec v1.0.3-0.20200728170252-4d89ac9fbff6
)
