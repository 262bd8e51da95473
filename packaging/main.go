// Command packaging builds what clinics install: .deb and .rpm of the signaling server and of the desktop program, a bill of
// materials of each, and the checksums of all of it. Run it from the repository's root: make packages.
//
// The same source gives the same bytes: times come from SOURCE_DATE_EPOCH, which is the newest commit's when it is not
// set, and paths of the building machine are left out.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "packaging:", err)
		os.Exit(1)
	}
}

// job is one run: what to make of what, and where to.
type job struct {
	out        string // folder of what people get
	work       string // folder of what it is made from
	from       string // folder of binaries that an earlier run has built, or with bills make build; "" builds them
	tags       string
	maintainer string
	nfpm       string // program that packs
	bills      bool   // bills of materials only
	release    release
}

func run(args []string) error {
	var j job
	var only, version string
	f := flag.NewFlagSet("packaging", flag.ContinueOnError)
	f.StringVar(&j.out, "out", "dist", "`folder` for what is made")
	f.StringVar(&j.from, "from", "", "`folder` of an earlier run's binaries (build in its -out), to pack those again; with -bills one such as bin")
	f.StringVar(&j.tags, "tags", "", "build `tags` of the desktop program")
	f.StringVar(&j.maintainer, "maintainer", "Legekonsultasjon <drift@legekonsultasjon.no>", "`name <address>` of who answers for the packages")
	f.StringVar(&j.nfpm, "nfpm", "dist/build/nfpm", "`program` that packs")
	f.BoolVar(&j.bills, "bills", false, "make the bills of materials only")
	f.StringVar(&only, "only", "", "`name` of the one product to make; both when empty")
	f.StringVar(&version, "version", "", "`version` instead of that of FyneApp.toml and git")
	if err := f.Parse(args); err != nil {
		return err
	}
	if runtime.GOOS != "linux" {
		return errors.New("packages are made on Linux; docs/OPERATIONS.md says what there is for Windows and macOS")
	}
	var err error
	if j.release, err = currentRelease(version); err != nil {
		return err
	}
	if j.out, err = filepath.Abs(j.out); err != nil {
		return err
	}
	j.work = filepath.Join(j.out, "build")
	if from, err := filepath.Abs(j.from); err != nil || j.from != "" && from == j.work {
		return errors.New("-from must be another folder than build in -out")
	}
	var made []string
	for _, p := range products {
		if only != "" && only != p.name {
			continue
		}
		files, err := j.make(p)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		made = append(made, files...)
	}
	for _, file := range made {
		fmt.Println(file)
	}
	if j.bills {
		return nil
	}
	return writeSums(j.out, made)
}

// make builds one product and packs it. It returns the files that people get.
func (j *job) make(p product) ([]string, error) {
	dir := filepath.Join(j.work, p.name)
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	binary := filepath.Join(dir, p.name)
	if err := j.build(p, binary); err != nil {
		return nil, err
	}
	parts, err := builtFrom(binary)
	if err != nil {
		return nil, err
	}
	bill := filepath.Join(j.out, fmt.Sprintf("%s_%s_%s.cdx.json", p.name, j.release.full(), runtime.GOARCH))
	if err := j.writeBill(p, bill, binary, parts); err != nil {
		return nil, err
	}
	made := []string{bill}
	if j.bills {
		return made, nil
	}
	if err := j.writeDocuments(p, dir, parts); err != nil {
		return nil, err
	}
	for _, kind := range []string{"deb", "rpm"} {
		file, err := j.pack(p, kind, dir, binary)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", kind, err)
		}
		made = append(made, file)
	}
	return made, nil
}

// build compiles without paths, symbols and build ids of this machine. A later run takes everything from Go's cache.
func (j *job) build(p product, to string) error {
	if j.from != "" {
		built := filepath.Join(j.from, p.name, p.name)
		if j.bills {
			built = filepath.Join(j.from, p.name)
		}
		return tool(nil, "install", "-m", "755", built, to)
	}
	flags := fmt.Sprintf("-s -w -buildid= -X %s=%s", p.versionName, j.release.full())
	argv := []string{"go", "build", "-trimpath", "-ldflags", flags, "-o", to}
	if p.cgo {
		argv = append(argv, "-tags", j.tags)
	}
	env := os.Environ()
	if !p.cgo {
		env = append(env, "CGO_ENABLED=0")
	}
	return tool(env, append(argv, p.source)...)
}

// pack runs nfpm on the product's description and returns the package.
func (j *job) pack(p product, kind, dir, binary string) (string, error) {
	needs, err := p.needs(kind, binary)
	if err != nil {
		return "", err
	}
	config := filepath.Join(dir, "nfpm-"+kind+".yaml")
	if err := j.describe(p, kind, config, dir, needs); err != nil {
		return "", err
	}
	file := filepath.Join(j.out, j.release.fileName(p.name, kind))
	env := append(os.Environ(), fmt.Sprintf("SOURCE_DATE_EPOCH=%d", j.release.time.Unix()))
	return file, tool(env, j.nfpm, "package", "--config", config, "--packager", kind, "--target", file)
}

// tool runs a program to its end; what it said is told when it fails.
func tool(env []string, argv ...string) error {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = env
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(argv[:min(3, len(argv))], " "), err, out)
	}
	return nil
}

// answer runs a program and returns what it printed.
func answer(argv ...string) (string, error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", argv[0], err, strings.TrimSpace(said.String()))
	}
	return strings.TrimSpace(string(out)), nil
}

// unique sorts and drops repetitions.
func unique(all []string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}
