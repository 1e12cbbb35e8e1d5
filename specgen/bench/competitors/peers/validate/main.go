// What `oci-runtime-tool validate` of runtime-tools does with a bundle, without its
// JSON Schema, which it would fetch anew each time:
//
//	validate BUNDLE
//
// Exit code 1 if the bundle's config.json breaks a rule.
package main

import (
	"fmt"
	"os"

	"github.com/hashicorp/go-multierror"
	"github.com/opencontainers/runtime-tools/validate"
)

func main() {
	v, err := validate.NewValidatorFromPath(os.Args[1], false, "linux")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	// As its CheckAll has them.
	errs := multierror.Append(nil, v.CheckPlatform(), v.CheckRoot(),
		v.CheckMandatoryFields(), v.CheckSemVer(), v.CheckMounts(), v.CheckProcess(),
		v.CheckLinux(), v.CheckAnnotations(), v.CheckHooks())
	if err := errs.ErrorOrNil(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
