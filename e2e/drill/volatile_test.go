//go:build linux

package drill

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"

	"legekonsultasjon/e2e/rig"
)

const blockSize = 4096

// image is what a disk holds: blocks of blockSize by number, those never written are zero. A block is never changed, only
// replaced, so that a copy of the map is a copy of the disk at one instant.
type image map[int64]*[blockSize]byte

// volatileDisk is a disk in memory with a write cache, as a file that a loop device is made of. What was written since the
// last flush is in the cache; a power cut loses any part of that, in any order.
type volatileDisk struct {
	fs.Inode
	size int64

	mu      sync.Mutex
	held    image           // what a reader sees
	flushed image           // what a power cut leaves for sure
	dirty   map[int64]image // number of the write -> the block that it made; since the last flush
	writes  int64
}

func newVolatileDisk(size int64, held image) *volatileDisk {
	return &volatileDisk{size: size, held: held, flushed: maps.Clone(held), dirty: map[int64]image{}}
}

var (
	_ fs.NodeGetattrer = (*volatileDisk)(nil)
	_ fs.NodeOpener    = (*volatileDisk)(nil)
	_ fs.NodeReader    = (*volatileDisk)(nil)
	_ fs.NodeWriter    = (*volatileDisk)(nil)
	_ fs.NodeFsyncer   = (*volatileDisk)(nil)
)

// Getattr says that it is a file of the disk's size.
func (d *volatileDisk) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	out.Mode, out.Size, out.Blksize = fuse.S_IFREG|0o600, uint64(d.size), blockSize
	return 0
}

// Open lets nothing stay in the kernel's cache of this file.
func (d *volatileDisk) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return nil, fuse.FOPEN_DIRECT_IO, 0
}

// Read reads what was written, flushed or not.
func (d *volatileDisk) Read(_ context.Context, _ fs.FileHandle, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	d.mu.Lock()
	defer d.mu.Unlock()
	dest = dest[:max(0, min(int64(len(dest)), d.size-off))]
	for at := 0; at < len(dest); {
		in := int((off + int64(at)) % blockSize)
		n := min(blockSize-in, len(dest)-at)
		if b := d.held[(off+int64(at))/blockSize]; b != nil {
			copy(dest[at:at+n], b[in:])
		} else {
			clear(dest[at : at+n])
		}
		at += n
	}
	return fuse.ReadResultData(dest), 0
}

// Write puts blocks into the cache.
func (d *volatileDisk) Write(_ context.Context, _ fs.FileHandle, data []byte, off int64) (uint32, syscall.Errno) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for at := 0; at < len(data); {
		number, in := (off+int64(at))/blockSize, int((off+int64(at))%blockSize)
		b := new([blockSize]byte)
		if before := d.held[number]; before != nil {
			*b = *before
		}
		n := copy(b[in:], data[at:])
		d.held[number] = b
		d.writes++
		d.dirty[d.writes] = image{number: b}
		at += n
	}
	return uint32(len(data)), 0
}

// Fsync is the disk's flush: what was written until now stays.
func (d *volatileDisk) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, made := range d.dirty {
		for number := range made {
			d.flushed[number] = d.held[number]
		}
	}
	clear(d.dirty)
	return 0
}

// cut is the disk after a power cut now: all that was flushed, and of what was only written all of it (the plain copy of
// the image) or a random part, block by block in any order.
func (d *volatileDisk) cut(plain bool) image {
	d.mu.Lock()
	defer d.mu.Unlock()
	if plain {
		return maps.Clone(d.held)
	}
	left := maps.Clone(d.flushed)
	for _, made := range d.dirty { // in the map's random order
		if rand.IntN(2) == 0 {
			maps.Copy(left, made)
		}
	}
	return left
}

// diskShelf is a folder in which disks appear as files.
type diskShelf struct {
	fs.Inode
	t   *testing.T
	dir string
}

// shelfName tells a shelf's mount from others.
const shelfName = "legekonsultasjon-drill"

func newDiskShelf(t *testing.T) *diskShelf {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Fatal("this drill makes a loop device and mounts it: run it as root")
	}
	sweep(t)
	s := &diskShelf{t: t, dir: t.TempDir()}
	server, err := fs.Mount(s.dir, s, &fs.Options{MountOptions: fuse.MountOptions{DirectMountStrict: true, FsName: shelfName, MaxWrite: 128 << 10}})
	if err != nil {
		t.Fatalf("fuse: %v", err)
	}
	t.Cleanup(func() {
		if err := server.Unmount(); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return s
}

// put shows a disk under a name.
func (s *diskShelf) put(name string, d *volatileDisk) string {
	s.AddChild(name, s.NewPersistentInode(context.Background(), d, fs.StableAttr{Mode: fuse.S_IFREG}), true)
	return filepath.Join(s.dir, name)
}

// device is a loop device on a disk, with ext4 on it.
type device struct {
	t      *testing.T
	loop   string
	folder string
}

// attach makes a loop device of a disk; format makes a file system on it first.
func (s *diskShelf) attach(name string, d *volatileDisk, format bool) *device {
	s.t.Helper()
	v := &device{t: s.t, folder: s.t.TempDir()}
	v.loop = strings.TrimSpace(command(s.t, "losetup", "--find", "--show", s.put(name, d)))
	if format {
		command(s.t, "mkfs.ext4", "-q", "-E", "nodiscard,lazy_itable_init=0", v.loop)
	}
	command(s.t, "mount", "-o", "nodiscard", v.loop, v.folder)
	s.t.Cleanup(v.detach)
	return v
}

// detach unmounts; a second call does nothing.
func (v *device) detach() {
	if v.loop == "" {
		return
	}
	command(v.t, "umount", v.folder)
	command(v.t, "losetup", "--detach", v.loop)
	v.loop = ""
}

// command runs a program that must succeed. Its context outlives the test's, which is over when cleaning up.
func command(t *testing.T, argv ...string) string {
	t.Helper()
	out, err := rig.Run(context.Background(), os.Environ(), "", argv...)
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w\n%s", argv[0], err, out))
	}
	return out
}
