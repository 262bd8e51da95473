//go:build linux && cgo && !nospeech

#include "coupling.h"

#include <algorithm>
#include <limits>

namespace {

constexpr double unknown = std::numeric_limits<double>::infinity();
// silent is a mean power of what is played from which nothing can be learned, of differences at 16 kHz: speech at -55 dBFS.
constexpr double silent = 1000;

} // namespace

coupling::coupling() { least.fill(unknown); }

void coupling::played(double power) { far[far_count++ % ring] = power; }

void coupling::heard(double power) {
	near[near_count++ % ring] = power;
	if (near_count % every == 0) measure();
}

void coupling::measure() {
	if (near_count < window || far_count < window + latest) return;
	double n = 0, f = 0;
	for (size_t i = 1; i <= window; i++) {
		n += near[(near_count - i) % ring];
		f += far[(far_count - i) % ring];
	}
	double quietest = f; // of the half seconds in which it may have been played
	for (size_t late = 1; late <= latest; late++) {
		f += far[(far_count - late - window) % ring] - far[(far_count - late) % ring];
		quietest = std::min(quietest, f);
	}
	if (quietest < silent * window) return;
	least[0] = std::min(least[0], n / quietest);
	if (++in_term < term) return;
	in_term = 0;
	std::copy_backward(least.begin(), least.end() - 1, least.end());
	least[0] = unknown;
}

double coupling::most() const {
	double share = *std::min_element(least.begin(), least.end());
	if (share == unknown) return unknown;
	double loudest = 0;
	for (size_t i = 1; i <= std::min(latest + 10, far_count); i++) loudest = std::max(loudest, far[(far_count - i) % ring]);
	return share * loudest;
}
