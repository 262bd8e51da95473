// How much of the loudspeaker the microphone can hear, and a canceller that keeps its hands off a voice that drowns it.
#ifndef LEGEKONSULTASJON_SPEECH_COUPLING_H
#define LEGEKONSULTASJON_SPEECH_COUPLING_H

#include <array>
#include <cstddef>
#include <memory>

#include <api/audio/echo_control.h>

// coupling bounds the echo. A microphone hears the echo and whatever else there is: so the least that it heard in half a
// second, beside what was played then, is no less than the echo's share, whoever else was speaking meanwhile. Powers are
// of frames of 10 ms.
class coupling {
public:
	void played(double power);
	void heard(double power);
	// most is what the echo in the newest frame can be at most, by the last minute of what was played; infinite before a
	// first half second was.
	double most() const;

private:
	static constexpr size_t window = 50, latest = 50; // what was played is heard up to half a second later
	static constexpr size_t every = 10, ring = 256;
	static constexpr int term = 1000 / every; // measurements in each of the parts of the minute

	std::array<double, ring> far{}, near{};
	size_t far_count = 0, near_count = 0;
	std::array<double, 6> least; // share by part, the newest first
	int in_term = 0;

	void measure();

public:
	coupling();
};

// attentive hands on what a canceller makes of the microphone's sound; but while that canceller has found nothing to cancel,
// a voice that is 20 dB above all echo that there can be is left as it is. A canceller that finds no echo, as where somebody
// wears a headset, takes what it cannot explain for one: it lowered a voice by 8 dB for half a minute while both talked.
std::unique_ptr<webrtc::EchoControl> attentive(std::unique_ptr<webrtc::EchoControl> canceller);

#endif
