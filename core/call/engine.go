package call

import (
	"errors"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/cc"
	"github.com/pion/interceptor/pkg/nack"
	rtcpreport "github.com/pion/interceptor/pkg/report"
	"github.com/pion/interceptor/pkg/stats"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"
)

// opus, vp8 and rtx are the codecs of the program, with the payload types that browsers use.
var (
	opus = webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2,
			SDPFmtpLine:  "minptime=10;useinbandfec=1;usedtx=1",
			RTCPFeedback: []webrtc.RTCPFeedback{{Type: webrtc.TypeRTCPFBTransportCC}},
		},
		PayloadType: 111,
	}
	vp8 = webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeVP8, ClockRate: 90000,
			// Chromium would begin with 300 kbit/s: it throws its first large pictures away and sends small ones for long.
			SDPFmtpLine: "x-google-start-bitrate=900",
			RTCPFeedback: []webrtc.RTCPFeedback{
				{Type: webrtc.TypeRTCPFBTransportCC},
				{Type: webrtc.TypeRTCPFBCCM, Parameter: "fir"},
				{Type: webrtc.TypeRTCPFBNACK},
				{Type: webrtc.TypeRTCPFBNACK, Parameter: "pli"},
			},
		},
		PayloadType: 96,
	}
	rtx = webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeRTX, ClockRate: 90000, SDPFmtpLine: "apt=96"},
		PayloadType:        97,
	}
)

// relayHead is the head start of direct ways over a relay. pion's own, 2 s, would be waited for by everybody who has none.
const relayHead = 500 * time.Millisecond

// replayWindow is how far behind the newest a packet of a stream may come, as in browsers: packets that are sent again
// lag, and pion numbers them when they are first sent. pion's own 64 would throw them away.
const replayWindow = 1024

// newAPI is pion set up as this program needs it.
func newAPI(cfg Config, r *routes, e *estimator, c *counts, again *repairs) (*webrtc.API, error) {
	media := new(webrtc.MediaEngine)
	registry := new(interceptor.Registry)
	if cfg.Interceptors != nil {
		cfg.Interceptors(registry)
	}
	if err := errors.Join(registerCodecs(media), registerInterceptors(registry, e, c, again)); err != nil {
		return nil, err
	}
	setting := webrtc.SettingEngine{LoggerFactory: silent{}}
	setting.SetNet(r)
	setting.SetIncludeLoopbackCandidate(cfg.Loopback)
	setting.SetICETimeouts(pathTimeout, iceFailedAfter, keepAlive)
	setting.SetRelayAcceptanceMinWait(relayHead)
	setting.SetSRTPReplayProtectionWindow(replayWindow)
	// An active TCP candidate would dial the patient from our own address even when only relays are wanted.
	setting.DisableActiveTCP(true)
	return webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(registry),
		webrtc.WithSettingEngine(setting)), nil
}

func registerCodecs(m *webrtc.MediaEngine) error {
	errs := []error{
		m.RegisterCodec(opus, webrtc.RTPCodecTypeAudio),
		m.RegisterCodec(vp8, webrtc.RTPCodecTypeVideo),
		m.RegisterCodec(rtx, webrtc.RTPCodecTypeVideo),
	}
	for _, uri := range []string{sdp.TransportCCURI, sdp.SDESMidURI} {
		for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
			errs = append(errs, m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uri}, kind))
		}
	}
	return errors.Join(errs...)
}

// registerInterceptors builds the RTP chain from the wire upwards. The estimator lies under the numbering that it reads,
// and both under the retransmissions, so that these are numbered and counted too. What is missing is asked for by the
// receiver itself, which knows what it still waits for.
func registerInterceptors(r *interceptor.Registry, e *estimator, c *counts, again *repairs) error {
	estimating, err1 := cc.NewInterceptor(e.make)
	numbering, err2 := twcc.NewHeaderExtensionInterceptor()
	responder, err3 := nack.NewResponderInterceptor(nack.WithResponderLoggerFactory(silent{}))
	receiving, err4 := rtcpreport.NewReceiverInterceptor(rtcpreport.WithReceiverLoggerFactory(silent{}))
	sending, err5 := rtcpreport.NewSenderInterceptor(rtcpreport.WithSenderLoggerFactory(silent{}))
	counting, err6 := stats.NewInterceptor(stats.WithLoggerFactory(silent{}))
	feedback, err7 := twcc.NewSenderInterceptor(twcc.WithLoggerFactory(silent{}))
	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7); err != nil {
		return err
	}
	counting.OnNewPeerConnection(c.made)
	for _, f := range []interceptor.Factory{
		estimating, numbering, responder, receiving, sending, counting, feedback, again,
	} {
		r.Add(f)
	}
	return nil
}
