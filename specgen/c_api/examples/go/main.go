// Prints the spec of a plugin: example ENGINE HOST_FACTS CONFIG
//
// Calls libspecgen.so with cgo; CGO_CFLAGS and CGO_LDFLAGS say where it is.
package main

/*
#cgo LDFLAGS: -lspecgen
#include <stdlib.h>
#include "specgen/c_api/specgen_c.h"
*/
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"unsafe"
)

// generate makes one spec. Go's memory may not hold pointers to Go's memory
// while C works on it, so the text is copied to C's.
func generate(engine string, host, config []byte) ([]byte, C.specgen_status, error) {
	// The last error is the thread's.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	cEngine := C.CString(engine)
	defer C.free(unsafe.Pointer(cEngine))
	cHost := C.CBytes(host)
	defer C.free(cHost)
	var generator *C.specgen_generator
	status := C.specgen_generator_new(cEngine, (*C.char)(cHost), C.size_t(len(host)), &generator)
	if status != C.SPECGEN_OK {
		return nil, status, fmt.Errorf("%s", C.GoString(C.specgen_last_error()))
	}
	defer C.specgen_generator_free(generator)
	answer := C.specgen_answer_new()
	defer C.specgen_answer_free(answer)

	cConfig := C.CBytes(config)
	defer C.free(cConfig)
	var request C.specgen_request
	request.struct_size = C.size_t(unsafe.Sizeof(request))
	request.plugin = (*C.char)(cConfig)
	request.plugin_size = C.size_t(len(config))
	status = C.specgen_generate(generator, &request, answer)
	if status != C.SPECGEN_OK {
		return nil, status, fmt.Errorf("%s", C.GoString(C.specgen_last_error()))
	}
	var size C.size_t
	spec := C.specgen_answer_spec(answer, &size)
	return C.GoBytes(unsafe.Pointer(spec), C.int(size)), status, nil
}

func main() {
	if len(os.Args) != 4 {
		os.Exit(2)
	}
	host, err := os.ReadFile(os.Args[2])
	if err == nil {
		var config []byte
		if config, err = os.ReadFile(os.Args[3]); err == nil {
			spec, status, err := generate(os.Args[1], host, config)
			if err != nil {
				fmt.Fprintf(os.Stderr, "%s: %v\n", os.Args[3], err)
				os.Exit(int(status))
			}
			os.Stdout.Write(spec)
			return
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(4)
}
