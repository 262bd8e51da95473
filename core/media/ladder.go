package media

// rung is a step of the ladder: the largest luma area worth sending at a bit rate, and the most pictures a second.
type rung struct {
	bitsPerSecond int
	pixels        int
	fps           int
}

// ladder is tuned for VP8 with a talking face: below the rate, the larger picture looks worse than the smaller one.
var ladder = [...]rung{
	{0, 320 * 180, 10},
	{90_000, 320 * 180, 15},
	{160_000, 480 * 270, 20},
	{320_000, 640 * 480, 30},
	{600_000, 960 * 540, 30},
	{950_000, 1280 * 720, 30},
	{2_600_000, 1920 * 1080, 30},
}

// climb is how much more than a rung's rate is asked for before going up to it, so that the size does not flutter.
const climb = 1.2

// stepFor is the rung for a bit rate, coming from rung now; -1 stands for no rung yet.
func stepFor(bitsPerSecond, now int) int {
	step := 0
	for i, r := range ladder {
		need := float64(r.bitsPerSecond)
		if now >= 0 && i > now {
			need *= climb
		}
		if float64(bitsPerSecond) >= need {
			step = i
		}
	}
	return step
}

// fit is the size to send a width x height picture in on a rung: its own when it is small enough, else three quarters,
// a half, three eighths, or a quarter of it, even in both directions.
func fit(width, height, step int) (int, int) {
	limit := ladder[step].pixels
	for _, eighths := range [...]int{8, 6, 4, 3} {
		w, h := width*eighths/8, height*eighths/8
		if w*h <= limit {
			return even(w, width), even(h, height)
		}
	}
	return even(width/4, width), even(height/4, height)
}

// even rounds down to an even number unless that is the whole picture.
func even(n, whole int) int {
	if n == whole {
		return n
	}
	return max(2, n&^1)
}
