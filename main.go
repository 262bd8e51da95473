// Command legekonsultasjon is the doctor's desktop program.
package main

import (
	"os"

	"legekonsultasjon/app"
)

func main() { os.Exit(app.Main(os.Args[1:])) }
