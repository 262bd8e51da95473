package signaling

func (Knock) Kind() string       { return "knock" }
func (Leave) Kind() string       { return "leave" }
func (Hello) Kind() string       { return "hello" }
func (Create) Kind() string      { return "create" }
func (Change) Kind() string      { return "change" }
func (Delete) Kind() string      { return "delete" }
func (Done) Kind() string        { return "done" }
func (Place) Kind() string       { return "place" }
func (Participant) Kind() string { return "participant" }
func (Opened) Kind() string      { return "opened" }
func (Welcome) Kind() string     { return "welcome" }
func (Presence) Kind() string    { return "presence" }
func (ICEServers) Kind() string  { return "iceServers" }
func (Refused) Kind() string     { return "refused" }
