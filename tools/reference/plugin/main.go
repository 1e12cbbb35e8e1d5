// Plugin is the smallest managed plugin that dockerd accepts as running: it
// listens on its socket and says what it implements. Static, it is the whole
// rootfs of the plugins that ../dockerd enables.
//
// $IMPL is the interface that it claims, "VolumeDriver" without it. With $DIE, a
// number, it ends at once with that exit code.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
)

func main() {
	if die, ok := os.LookupEnv("DIE"); ok {
		code, err := strconv.Atoi(die)
		if err != nil {
			code = 1
		}
		os.Exit(code)
	}
	implements := os.Getenv("IMPL")
	if implements == "" {
		implements = "VolumeDriver"
	}
	listener, err := net.Listen("unix", "/run/docker/plugins/x.sock")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	err = http.Serve(listener, http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "{\"Implements\":[%q],\"Err\":\"\"}\n", implements)
		}))
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
