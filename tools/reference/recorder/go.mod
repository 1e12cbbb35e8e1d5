// Marks the root of the module only; each engine has a module file of its own in
// ../engines, given to the go command with -modfile.
module specgen/tools/reference/recorder

go 1.21
