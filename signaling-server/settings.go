package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// Every setting has one name and three places: --name on the command line, SIGNALING_SERVER_NAME in the environment, and
// "name = value" in the file that --config names. The first of these that has it wins.

const environmentPrefix = "SIGNALING_SERVER_"

// environmentName is a setting's name in the environment.
func environmentName(setting string) string {
	return environmentPrefix + strings.ToUpper(strings.ReplaceAll(setting, "-", "_"))
}

// parse reads a command's settings; ok is false when help was asked for. A strict command knows every setting there is, and
// takes an unknown one in the file or the environment for a mistake.
func parse(fs *flag.FlagSet, args []string, errs io.Writer, strict bool) (ok bool, err error) {
	fs.SetOutput(errs)
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return false, nil
		}
		return false, usageError(err.Error())
	}
	if fs.NArg() > 0 {
		return false, usageError(fs.Name() + " takes no " + fs.Arg(0))
	}
	return true, layer(fs, os.Environ(), strict)
}

// layer fills in from the environment and the file what the command line has left out. Call it after Parse. With strict, a
// name that is no setting of fs is an error, so that a typing error is found; commands that use only some of the server's
// settings pass over the others.
func layer(flags *flag.FlagSet, environment []string, strict bool) error {
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	values, err := fromEnvironment(flags, environment, strict)
	if err != nil {
		return err
	}
	config := flags.Lookup("config")
	if v, ok := values["config"]; ok && !given["config"] {
		if err := config.Value.Set(v); err != nil {
			return usageError(err.Error())
		}
		given["config"] = true
	}
	if file := config.Value.String(); file != "" {
		fromFile, err := readConfig(flags, file, strict)
		if err != nil {
			return err
		}
		for name, v := range fromFile {
			if _, ok := values[name]; !ok {
				values[name] = v
			}
		}
	}
	for name, v := range values {
		if given[name] {
			continue
		}
		if err := flags.Set(name, v); err != nil {
			return usageError(fmt.Sprintf("setting %s: %v", name, err))
		}
	}
	return nil
}

func fromEnvironment(flags *flag.FlagSet, environment []string, strict bool) (map[string]string, error) {
	names := map[string]string{}
	flags.VisitAll(func(f *flag.Flag) { names[environmentName(f.Name)] = f.Name })
	values := map[string]string{}
	for _, line := range environment {
		key, v, _ := strings.Cut(line, "=")
		if !strings.HasPrefix(key, environmentPrefix) {
			continue
		}
		if name, ok := names[key]; ok {
			values[name] = v
		} else if strict {
			return nil, usageError("the environment has " + key + ", which is no setting")
		}
	}
	return values, nil
}

// readConfig reads lines of "name = value"; empty lines and those that begin with # say nothing.
func readConfig(flags *flag.FlagSet, file string, strict bool) (map[string]string, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usageError("--config: there is no file " + file)
	}
	if err != nil {
		return nil, fmt.Errorf("--config: %w", err)
	}
	defer f.Close()
	values := map[string]string{}
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, v, ok := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		wrong := func(what string) error { return usageError(fmt.Sprintf("%s, line %d: %s", file, n, what)) }
		switch _, twice := values[name]; {
		case !ok:
			return nil, wrong("not \"name = value\"")
		case twice:
			return nil, wrong(name + " is set twice")
		case name == "config":
			return nil, wrong("config names this file and cannot be in it")
		case flags.Lookup(name) != nil:
			values[name] = strings.TrimSpace(v)
		case strict:
			return nil, wrong(name + " is no setting")
		}
	}
	return values, lines.Err()
}

// configFlag adds the setting that names the file.
func configFlag(flags *flag.FlagSet) {
	flags.String("config", "", "`file` with settings, one \"name = value\" a line")
}
