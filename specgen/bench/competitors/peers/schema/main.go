// Validates a file of JSON with a JSON Schema (santhosh-tekuri/jsonschema):
//
//	schema SCHEMA FILE
//
// Exit code 1 if the file is not valid.
package main

import (
	"fmt"
	"os"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func fail(err error) {
	fmt.Println(err)
	os.Exit(1)
}

func main() {
	schema, err := jsonschema.NewCompiler().Compile(os.Args[1])
	if err != nil {
		fail(err)
	}
	file, err := os.Open(os.Args[2])
	if err != nil {
		fail(err)
	}
	value, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		fail(err)
	}
	if err := schema.Validate(value); err != nil {
		fail(err)
	}
}
