#!/bin/sh
echo "no coverage report yet" >&2
exit 1
