module specgen/tools/reference/recorder

go 1.26.0

require github.com/docker/docker v20.10.24+incompatible

// What the recorder reaches: as the engine pins it, or later (see new_engine).
require (
	github.com/coreos/go-systemd/v22 v22.1.0
	github.com/docker/go-connections v0.4.0
	github.com/docker/go-units v0.4.0
	github.com/godbus/dbus/v5 v5.0.3
	github.com/gogo/protobuf v1.3.1
	github.com/moby/sys/mount v0.3.5
	github.com/moby/sys/mountinfo v0.7.2
	github.com/opencontainers/go-digest v1.0.0
	github.com/opencontainers/image-spec v1.0.2
	github.com/opencontainers/runc v1.0.0-rc92
	github.com/opencontainers/runtime-spec v1.0.3-0.20200728170252-4d89ac9fbff6
	github.com/pkg/errors v0.9.1
	github.com/sirupsen/logrus v1.7.0
	github.com/syndtr/gocapability v0.0.0-20180916011248-d98352740cb2
	golang.org/x/net v0.62.0
	golang.org/x/sys v0.49.0
)
