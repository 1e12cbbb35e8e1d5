module specgen-example

go 1.19
