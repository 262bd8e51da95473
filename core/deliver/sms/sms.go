// Package sms sends letters as text messages through the HTTP gateways of SMS providers. Kinds is the table of the
// gateways that are known, one file each; each describes what the clinic fills in for it, what it takes as a sender,
// how it is asked to send and what its answers mean. A gateway that is not in the table is described by a template.
//
// What became of a message is asked for, where the gateway can be asked: a report that a gateway sends would need a
// server that learns the patient's number.
package sms
