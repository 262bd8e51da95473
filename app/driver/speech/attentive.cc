//go:build linux && cgo && !nospeech

#include "coupling.h"

#include <array>
#include <utility>

#include <modules/audio_processing/audio_buffer.h>

namespace {

// drowned is how far the echo has to be below a voice, in power: 20 dB.
constexpr double drowned = 100;
// hold is how long after that a voice is let alone, in frames: a word's end belongs to it.
constexpr int hold = 10;
// found is the canceller's own measure, in dB, of what it takes out by its filter, from which on it knows an echo. It says
// 0.2 where there is none, and within four seconds 4 to 17 in rooms with one, even while both talk.
constexpr double found = 1;
// The canceller's sound comes 8 ms later than its input, in each band.
constexpr size_t late = 128, size = webrtc::AudioBuffer::kSplitBandSize, bands = webrtc::AudioBuffer::kMaxNumBands;

// power is that of the differences between samples of the lowest band: in all of it speech is about as strong then, and what
// a high-pass filter takes out of the microphone's sound alone counts for nothing.
double power(webrtc::AudioBuffer *b) {
	const float *pcm = b->split_bands_const(0)[0];
	double sum = 0;
	for (size_t i = 1; i < b->num_frames_per_band(); i++) sum += double(pcm[i] - pcm[i - 1]) * (pcm[i] - pcm[i - 1]);
	return sum / b->num_frames_per_band();
}

class attentive_control : public webrtc::EchoControl {
	std::unique_ptr<webrtc::EchoControl> inner;
	coupling way;
	std::array<std::array<float, late + size>, bands> original{}; // of each band, the newest last
	int left = 0;                                                 // frames for which the voice is let alone yet
	float share = 0;                                              // of the original in the last sample handed on

	void keep(webrtc::AudioBuffer *b) {
		for (size_t band = 0; band < b->num_bands(); band++) {
			auto &o = original[band];
			std::copy(o.begin() + size, o.end(), o.begin());
			std::copy_n(b->split_bands_const(0)[band], size, o.begin() + late);
		}
	}

	// mix fades from one to the other within a frame.
	void mix(webrtc::AudioBuffer *b, float to) {
		float step = (to - share) / size;
		for (size_t band = 0; band < b->num_bands(); band++) {
			float *pcm = b->split_bands(0)[band], s = share;
			for (size_t i = 0; i < size; i++) pcm[i] += (s += step) * (original[band][i] - pcm[i]);
		}
		share = to;
	}

public:
	explicit attentive_control(std::unique_ptr<webrtc::EchoControl> c) : inner(std::move(c)) {}

	void AnalyzeRender(webrtc::AudioBuffer *render) override {
		way.played(power(render));
		inner->AnalyzeRender(render);
	}

	void ProcessCapture(webrtc::AudioBuffer *capture, webrtc::AudioBuffer *linear, bool level_change) override {
		double voice = power(capture);
		way.heard(voice);
		keep(capture);
		inner->ProcessCapture(capture, linear, level_change);
		if (inner->GetMetrics().echo_return_loss_enhancement >= found) {
			way = coupling(); // what was learned of the way before, such as of a headset that is no longer worn, is void
			left = 0;
		} else if (voice > drowned * way.most()) {
			left = hold;
		} else if (left > 0) {
			left--;
		}
		if (left > 0 || share > 0) mix(capture, left > 0 ? 1 : 0);
	}

	void ProcessCapture(webrtc::AudioBuffer *capture, bool level_change) override { ProcessCapture(capture, nullptr, level_change); }
	void AnalyzeCapture(webrtc::AudioBuffer *capture) override { inner->AnalyzeCapture(capture); }
	Metrics GetMetrics() const override { return inner->GetMetrics(); }
	void SetAudioBufferDelay(int ms) override { inner->SetAudioBufferDelay(ms); }
	void SetCaptureOutputUsage(bool used) override { inner->SetCaptureOutputUsage(used); }
	bool ActiveProcessing() const override { return inner->ActiveProcessing(); }
};

} // namespace

std::unique_ptr<webrtc::EchoControl> attentive(std::unique_ptr<webrtc::EchoControl> canceller) {
	return std::make_unique<attentive_control>(std::move(canceller));
}
