// The engines' modules are those of tools/reference/engines; see ../../run.
module specgen-bench

go 1.21
