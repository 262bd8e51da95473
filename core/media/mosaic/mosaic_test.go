package mosaic

import "testing"

func TestCells(t *testing.T) {
	for _, c := range []struct {
		n             int
		width, height float32
		want          []Rect
	}{
		{0, 800, 600, nil},
		{1, 800, 600, []Rect{{0, 0, 800, 600}}},
		{2, 1210, 500, []Rect{{0, 0, 600, 500}, {610, 0, 600, 500}}},
		{2, 400, 610, []Rect{{0, 0, 400, 300}, {0, 310, 400, 300}}},
		{3, 810, 610, []Rect{{0, 0, 400, 300}, {410, 0, 400, 300}, {205, 310, 400, 300}}},
		{4, 810, 610, []Rect{{0, 0, 400, 300}, {410, 0, 400, 300}, {0, 310, 400, 300}, {410, 310, 400, 300}}},
	} {
		got := Cells(c.n, c.width, c.height, 10)
		if len(got) != len(c.want) {
			t.Fatalf("%d in %vx%v: %v", c.n, c.width, c.height, got)
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%d in %vx%v: cell %d is %v, want %v", c.n, c.width, c.height, i, got[i], c.want[i])
			}
		}
	}
}

// However small the place, no cell lies outside and none lies over another.
func TestCellsStayApart(t *testing.T) {
	for n := 1; n <= Most+1; n++ {
		for _, size := range [][2]float32{{1, 1}, {7, 300}, {300, 7}, {1920, 1080}} {
			cells := Cells(n, size[0], size[1], 8)
			for i, a := range cells {
				x, y, w, h := a.Even()
				if w > 0 && h > 0 && (x < 0 || y < 0 || x+w > int(size[0]) || y+h > int(size[1])) {
					t.Errorf("%d in %v: %v is outside", n, size, a)
				}
				for _, b := range cells[:i] {
					if a.W > 0 && a.H > 0 && a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
						t.Errorf("%d in %v: %v lies over %v", n, size, a, b)
					}
				}
			}
		}
	}
}

func TestContainAndOwn(t *testing.T) {
	if got := Contain(640, 480, Rect{10, 0, 800, 300}); got != (Rect{210, 0, 400, 300}) {
		t.Errorf("contain: %v", got)
	}
	if got := Contain(0, 480, Rect{0, 0, 800, 300}); got != (Rect{}) {
		t.Errorf("contain nothing: %v", got)
	}
	if got := Own(0, 0, 1000, 1000, 1); got != (Rect{1000 - 216 - 16, 1000 - 121.5 - 16, 216, 121.5}) {
		t.Errorf("own: %v", got)
	}
	if x, y, w, h := (Rect{0.5, 1, 10, 9.2}).Even(); x != 1 || y != 1 || w != 8 || h != 8 {
		t.Errorf("even: %d %d %d %d", x, y, w, h)
	}
}
