//go:build linux && cgo && !nospeech

// WebRTC's earlier canceller, from Debian's libwebrtc-audio-processing 0.3. Both libraries call themselves webrtc and
// differ inside, so this one is loaded at run time, bound to itself, and its headers are read under other names.

#include "engine.h"

#include <dlfcn.h>
#include <memory>

#define webrtc webrtc_0_3
#define rtc rtc_0_3
#include <webrtc/common.h>
#include <webrtc/modules/audio_processing/include/audio_processing.h>

namespace {

void *extended_filter, *delay_agnostic; // the addresses by which the library knows its options

} // namespace

namespace webrtc {
template <> void *Config::identifier<ExtendedFilter>() { return extended_filter; }
template <> void *Config::identifier<DelayAgnostic>() { return delay_agnostic; }
} // namespace webrtc

namespace {

const webrtc::StreamConfig mono(48000, 1);

void to_float(const int16_t *in, float *out) {
	for (int i = 0; i < 480; i++) out[i] = in[i] * (1 / 32768.0f);
}

class aec2 : public speech_engine {
	std::unique_ptr<webrtc::AudioProcessing> apm;
	bool echo = false;

public:
	explicit aec2(webrtc::AudioProcessing *made) : apm(made) {}

	int set(bool with_echo, bool noise, bool gain) override {
		echo = with_echo;
		auto *c = apm->echo_cancellation();
		int bad = c->set_suppression_level(webrtc::EchoCancellation::kLowSuppression);
		bad |= c->enable_drift_compensation(false);
		bad |= c->Enable(echo);
		bad |= apm->high_pass_filter()->Enable(echo || noise || gain);
		bad |= apm->noise_suppression()->set_level(webrtc::NoiseSuppression::kModerate);
		bad |= apm->noise_suppression()->Enable(noise);
		auto *g = apm->gain_control();
		bad |= g->set_mode(webrtc::GainControl::kAdaptiveDigital);
		bad |= g->set_target_level_dbfs(6);
		bad |= g->set_compression_gain_db(9);
		bad |= g->enable_limiter(true);
		bad |= g->Enable(gain);
		return bad;
	}

	int far_end(const int16_t *pcm) override {
		float in[480], out[480];
		to_float(pcm, in);
		const float *from = in;
		float *to = out;
		return apm->ProcessReverseStream(&from, mono, mono, &to);
	}

	int near_end(int16_t *pcm, int delay_ms) override {
		float in[480], out[480];
		to_float(pcm, in);
		const float *from = in;
		float *to = out;
		apm->set_stream_delay_ms(delay_ms);
		int bad = apm->ProcessStream(&from, mono, mono, &to);
		for (int i = 0; bad == 0 && i < 480; i++) {
			float v = out[i] * 32768.0f;
			pcm[i] = v > 32767 ? 32767 : v < -32768 ? -32768 : static_cast<int16_t>(v);
		}
		return bad;
	}
};

typedef webrtc::AudioProcessing *(*create)(const webrtc::Config &);

} // namespace

speech_engine *speech_open_aec2() {
	// Never closed: a library in use by an engine must stay, and opening it again costs nothing.
	void *lib = dlopen("libwebrtc_audio_processing.so.1", RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
	if (lib == nullptr) return nullptr;
	auto make = reinterpret_cast<create>(dlsym(lib, "_ZN6webrtc15AudioProcessing6CreateERKNS_6ConfigE"));
	extended_filter = dlsym(lib, "_ZZN6webrtc6Config10identifierINS_14ExtendedFilterEEEPvvE14id_placeholder");
	delay_agnostic = dlsym(lib, "_ZZN6webrtc6Config10identifierINS_13DelayAgnosticEEEPvvE14id_placeholder");
	if (make == nullptr || extended_filter == nullptr || delay_agnostic == nullptr) return nullptr;
	webrtc::Config config;
	config.Set<webrtc::ExtendedFilter>(new webrtc::ExtendedFilter(true));
	config.Set<webrtc::DelayAgnostic>(new webrtc::DelayAgnostic(false));
	auto *apm = make(config);
	return apm == nullptr ? nullptr : new aec2(apm);
}
