// Verify reads a log as C2SP tlog-tiles files and judges it with the Go team's own packages.
//
//	verify FOLDER VKEY
//
// It checks the checkpoint's signature, the tree of all entries against the signed root, every tile against that
// tree, and the proofs in FOLDER/proofs. If there is FOLDER/witnesses, a verifier key a line, the head must carry a
// cosignature of each: of a kind that the packages do not know, so it is checked here with Go's own Ed25519. Exit 0:
// all holds.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func try(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func fail(format string, args ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

// folder serves tiles. Go's paths name the height, tile/8/0/000; the files' paths do not: tile/0/000.
type folder string

func (f folder) Height() int                      { return 8 }
func (f folder) SaveTiles([]tlog.Tile, [][]byte)  {}
func (f folder) read(path string) ([]byte, error) { return os.ReadFile(filepath.Join(string(f), path)) }
func (f folder) ReadTiles(tiles []tlog.Tile) (all [][]byte, err error) {
	for _, t := range tiles {
		data, err := f.read("tile/" + strings.TrimPrefix(t.Path(), "tile/8/"))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func hashes(words []string) (out []tlog.Hash) {
	for _, word := range words {
		h, err := tlog.ParseHash(word)
		try(err)
		out = append(out, h)
	}
	return out
}

// cosigned fails unless the note has a line of this witness that holds; it gives the witness's seconds.
func cosigned(head *note.Note, vkey string) uint64 {
	words := strings.SplitN(vkey, "+", 3)
	public, err := base64.StdEncoding.DecodeString(words[2])
	try(err)
	id := sha256.Sum256(append([]byte(words[0]+"\n"), public...))
	for _, sig := range head.UnverifiedSigs {
		if sig.Name != words[0] || sig.Hash != binary.BigEndian.Uint32(id[:4]) || public[0] != 4 {
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(sig.Base64)
		try(err)
		seconds := binary.BigEndian.Uint64(raw[4:12])
		message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", seconds, head.Text)
		if !ed25519.Verify(public[1:], []byte(message), raw[12:]) {
			fail("the cosignature of %s does not hold", words[0])
		}
		return seconds
	}
	fail("no cosignature of %s", words[0])
	return 0
}

func main() {
	dir := folder(os.Args[1])
	key, err := note.NewVerifier(os.Args[2])
	try(err)
	raw, err := dir.read("checkpoint")
	try(err)
	head, err := note.Open(raw, note.VerifierList(key))
	try(err)
	lines := strings.Split(head.Text, "\n")
	if len(lines) != 4 || lines[0] != key.Name() {
		fail("not a checkpoint of %s", key.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	try(err)
	root := hashes(lines[2:3])[0]

	// The tree again from the entries, kept whole in memory.
	var stored []tlog.Hash
	memory := tlog.HashReaderFunc(func(at []int64) (out []tlog.Hash, err error) {
		for _, x := range at {
			out = append(out, stored[x])
		}
		return out, nil
	})
	for first := int64(0); first < size; first += 256 {
		width := size - first
		if width > 256 {
			width = 256
		}
		path := tlog.Tile{H: 8, L: -1, N: first / 256, W: int(width)}.Path()
		bundle, err := dir.read("tile/entries/" + strings.TrimPrefix(path, "tile/8/data/"))
		try(err)
		for n := first; n < first+width; n++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				fail("entry %d is cut", n)
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			more, err := tlog.StoredHashes(n, bundle[2:end], memory)
			try(err)
			stored = append(stored, more...)
			bundle = bundle[end:]
		}
		if len(bundle) != 0 {
			fail("bytes after entry %d", first+width-1)
		}
	}
	if got, err := tlog.TreeHash(size, memory); err != nil || got != root {
		fail("the entries do not give the signed root")
	}
	// Tiles byte by byte: TileHashReader of this version does not check all that it reads.
	for level := 0; size>>(8*level) > 0; level++ {
		for n, have := int64(0), size>>(8*level); n<<8 < have; n++ {
			t := tlog.Tile{H: 8, L: level, N: n, W: 256}
			if have-n<<8 < 256 {
				t.W = int(have - n<<8)
			}
			want, err := tlog.ReadTileData(t, memory)
			try(err)
			got, err := dir.ReadTiles([]tlog.Tile{t})
			try(err)
			if !bytes.Equal(got[0], want) {
				fail("tile %d of level %d is not what the entries give", n, level)
			}
		}
	}

	// Proofs of the log's own making, checked, and compared with those that a client makes from the tiles.
	client := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, dir)
	proofs, err := dir.read("proofs")
	try(err)
	included, consistent := 0, 0
	for _, line := range strings.Split(strings.TrimSpace(string(proofs)), "\n") {
		words := strings.Fields(line)
		n, err := strconv.ParseInt(words[1], 10, 64)
		try(err)
		proof := hashes(words[2:])
		if words[0] == "inclusion" {
			if err := tlog.CheckRecord(proof, size, root, n, stored[tlog.StoredHashIndex(0, n)]); err != nil {
				fail("inclusion of %d: %v", n, err)
			}
			mine, err := tlog.ProveRecord(size, n, client)
			if err != nil || fmt.Sprint(mine) != fmt.Sprint(proof) {
				fail("inclusion of %d: the tiles give another proof: %v", n, err)
			}
			included++
		} else {
			if err := tlog.CheckTree(proof[1:], size, root, n, proof[0]); err != nil {
				fail("consistency with %d: %v", n, err)
			}
			mine, err := tlog.ProveTree(size, n, client)
			if err != nil || fmt.Sprint(mine) != fmt.Sprint(proof[1:]) {
				fail("consistency with %d: the tiles give another proof: %v", n, err)
			}
			consistent++
		}
	}
	if witnesses, err := dir.read("witnesses"); err == nil {
		for _, vkey := range strings.Fields(string(witnesses)) {
			fmt.Printf("%s at %d\n", strings.SplitN(vkey, "+", 2)[0], cosigned(head, vkey))
		}
	}
	fmt.Printf("%s: %d entries, %d inclusion and %d consistency proofs\n", key.Name(), size, included, consistent)
}
