module specgen/tools/reference/plugin

go 1.21
