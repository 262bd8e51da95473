package call

import (
	"legekonsultasjon/core/media"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// readFeedback reads what the patient's side says about one of our tracks until the connection ends.
func (f *flow) readFeedback(sender *webrtc.RTPSender, heed func(rtcp.Packet)) {
	f.running.Add(1)
	go func() {
		defer f.running.Done()
		buffer := make([]byte, 1500)
		for {
			n, attributes, err := sender.Read(buffer)
			if err != nil {
				return
			}
			packets, err := attributes.GetRTCPPackets(buffer[:n])
			if err != nil {
				continue // authenticated and still garbage: not worth the call
			}
			for _, p := range packets {
				heed(p)
			}
		}
	}()
}

func (f *flow) videoFeedback(p rtcp.Packet) {
	switch p.(type) {
	case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
		f.video.KeyFrame()
	}
}

// audioFeedback tells the Opus encoder how much redundancy is worth its bits.
func (f *flow) audioFeedback(p rtcp.Packet) {
	var reports []rtcp.ReceptionReport
	switch p := p.(type) {
	case *rtcp.ReceiverReport:
		reports = p.Reports
	case *rtcp.SenderReport:
		reports = p.Reports
	}
	ssrc := f.conn.audioSender.GetParameters().Encodings[0].SSRC
	for _, r := range reports {
		if r.SSRC == uint32(ssrc) {
			f.audio.SetPacketLoss(int(r.FractionLost) * 100 / 256)
		}
	}
}

// readReports reads what is said about a receiver's track: the interceptors take what they need from what is read, and
// lips and voice their clocks.
func (f *flow) readReports(receiver *webrtc.RTPReceiver, track *webrtc.TrackRemote) {
	buffer := make([]byte, 1500)
	for {
		n, attributes, err := receiver.Read(buffer)
		if err != nil {
			return
		}
		packets, err := attributes.GetRTCPPackets(buffer[:n])
		if err != nil {
			continue
		}
		for _, p := range packets {
			if r, ok := p.(*rtcp.SenderReport); ok && r.SSRC == uint32(track.SSRC()) {
				f.lips.heed(track.Kind(), media.Report{NTP: r.NTPTime, RTP: r.RTPTime})
			}
		}
	}
}
