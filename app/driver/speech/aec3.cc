//go:build linux && cgo && !nospeech

// AEC3, noise suppression and gain control of a recent WebRTC, from Debian's libtgowt-dev (a static library, of which only
// what is used here gets into the program).

#include "coupling.h"
#include "engine.h"

#include <memory>
#include <utility>

#include <api/audio/echo_canceller3_factory.h>
#include <modules/audio_processing/include/audio_processing.h>
#include <rtc_base/logging.h>

namespace {

const webrtc::StreamConfig mono(48000, 1);

// tuning leans towards the person who speaks here: the library's own numbers lower a voice by 1.9 dB while the far side
// talks, these by 1.3, with 1 dB more of the echo left (bench audio.duck, audio.erle). When both talk, more of what may be
// echo is let through, that is noticed after 6 blocks of 4 ms rather than 12, and the filter's own measure of itself is
// believed up to 9 dB (6 above 2 kHz) rather than 6 (2).
webrtc::EchoCanceller3Config tuning() {
	webrtc::EchoCanceller3Config c;
	auto &s = c.suppressor;
	s.nearend_tuning.mask_lf = {2.0f, 2.5f, s.nearend_tuning.mask_lf.emr_transparent};
	s.nearend_tuning.mask_hf = {0.5f, 1.0f, s.nearend_tuning.mask_hf.emr_transparent};
	s.dominant_nearend_detection.trigger_threshold = 6;
	c.erle.max_l = 8;
	c.erle.max_h = 4;
	return c;
}

// careful makes cancellers that leave a voice alone where there is no echo.
class careful : public webrtc::EchoControlFactory {
public:
	std::unique_ptr<webrtc::EchoControl> Create(int rate, int render, int capture) override {
		return attentive(webrtc::EchoCanceller3Factory(tuning()).Create(rate, render, capture));
	}
};

class aec3 : public speech_engine {
	rtc::scoped_refptr<webrtc::AudioProcessing> apm; // null: nothing is to be done
	bool cancels = false;

	// A canceller of one's own tuning is part of its making and cannot be switched off afterwards.
	void make(bool echo) {
		webrtc::AudioProcessingBuilder b;
		if (echo) b.SetEchoControlFactory(std::make_unique<careful>());
		apm = b.Create();
		cancels = echo;
	}

public:
	int set(bool echo, bool noise, bool gain) override {
		if (!echo && !noise && !gain) {
			apm = nullptr;
			return 0;
		}
		if (apm == nullptr || cancels != echo) make(echo);
		if (apm == nullptr) return -1;
		webrtc::AudioProcessing::Config c;
		c.echo_canceller.enabled = echo;
		c.high_pass_filter.enabled = true;
		c.noise_suppression.enabled = noise;
		c.noise_suppression.level = webrtc::AudioProcessing::Config::NoiseSuppression::kModerate;
		// The older gain control bends loud sound less than quiet, as it is, and knows a voice's level after a word or two. The
		// newer one took the hiss before the first word for a voice, stood at 18 dB when it came, and needed a minute to get down.
		auto &g = c.gain_controller1;
		g.enabled = gain;
		g.mode = g.kAdaptiveDigital;
		g.analog_gain_controller.enabled = false;
		g.target_level_dbfs = 3;
		g.compression_gain_db = 18;
		g.enable_limiter = true;
		apm->ApplyConfig(c);
		return 0;
	}

	int far_end(const int16_t *pcm) override {
		int16_t unused[480];
		return apm == nullptr ? 0 : apm->ProcessReverseStream(pcm, mono, mono, unused);
	}

	int near_end(int16_t *pcm, int delay_ms) override {
		if (apm == nullptr) return 0;
		apm->set_stream_delay_ms(delay_ms);
		return apm->ProcessStream(pcm, mono, mono, pcm);
	}
};

} // namespace

speech_engine *speech_open_aec3() {
	rtc::LogMessage::LogToDebug(rtc::LS_NONE);
	return new aec3;
}
