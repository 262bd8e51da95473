//go:build linux && cgo && !nospeech

// AEC3, noise suppression and gain control of a recent WebRTC, from Debian's libtgowt-dev (a static library, of which only
// what is used here gets into the program).

#include "engine.h"

#include <modules/audio_processing/include/audio_processing.h>
#include <rtc_base/logging.h>

namespace {

const webrtc::StreamConfig mono(48000, 1);

class aec3 : public speech_engine {
	rtc::scoped_refptr<webrtc::AudioProcessing> apm;

public:
	explicit aec3(rtc::scoped_refptr<webrtc::AudioProcessing> made) : apm(made) {}

	int set(bool echo, bool noise, bool gain) override {
		webrtc::AudioProcessing::Config c;
		c.echo_canceller.enabled = echo;
		c.high_pass_filter.enabled = echo || noise || gain;
		c.noise_suppression.enabled = noise;
		c.noise_suppression.level = webrtc::AudioProcessing::Config::NoiseSuppression::kModerate;
		c.gain_controller2.enabled = gain;
		c.gain_controller2.adaptive_digital.enabled = gain;
		// From where the microphone stands, up by 18 dB at most: a quiet voice is lifted, a room is not.
		c.gain_controller2.adaptive_digital.initial_gain_db = 0;
		c.gain_controller2.adaptive_digital.max_gain_db = 18;
		apm->ApplyConfig(c);
		return 0;
	}

	int far_end(const int16_t *pcm) override {
		int16_t unused[480];
		return apm->ProcessReverseStream(pcm, mono, mono, unused);
	}

	int near_end(int16_t *pcm, int delay_ms) override {
		apm->set_stream_delay_ms(delay_ms);
		return apm->ProcessStream(pcm, mono, mono, pcm);
	}
};

} // namespace

speech_engine *speech_open_aec3() {
	rtc::LogMessage::LogToDebug(rtc::LS_NONE);
	auto apm = webrtc::AudioProcessingBuilder().Create();
	return apm == nullptr ? nullptr : new aec3(apm);
}
