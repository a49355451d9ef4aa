"""A camera made of GStreamer's RTSP server.

Reads one line of JSON: {codec, transport, auth, audio, pictures, username, password}. Writes lines of JSON: {"port": ...}
once it listens, and {"sent": ...} each time that a stream has ended, with how many pictures left the payloader.
"""

import json
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

ENCODERS = {
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 bitrate=500 ! rtph264pay config-interval=-1 name={pay} pt=96",
    "h265": "x265enc tune=zerolatency speed-preset=ultrafast key-int-max=25 bitrate=500 ! rtph265pay config-interval=-1 name={pay} pt=96",
}


def say(**message):
    print(json.dumps(message), flush=True)


class Factory(GstRtspServer.RTSPMediaFactory):
    def __init__(self, options):
        super().__init__()
        self.options = options
        self.streams = []

    def do_create_element(self, _url):
        video = "pay1" if self.options["audio"] else "pay0"
        # I420: the test source's default is 4:4:4, which no camera sends and no browser shows.
        pipeline = (
            f"( videotestsrc is-live=true pattern=ball num-buffers={self.options['pictures']} name=source"
            " ! video/x-raw,format=I420,width=320,height=180,framerate=25/1 ! "
            + ENCODERS[self.options["codec"]].format(pay=video)
            + (" audiotestsrc is-live=true ! alawenc ! rtppcmapay name=pay0 pt=8" if self.options["audio"] else "")
            + " )"
        )
        element = Gst.parse_launch(pipeline)
        sent = set()

        def count(_pad, info):
            if info.type & Gst.PadProbeType.BUFFER_LIST:
                packets = info.get_buffer_list()
                sent.update(packets.get(i).pts for i in range(packets.length()))
            elif info.type & Gst.PadProbeType.BUFFER:
                sent.add(info.get_buffer().pts)
            elif info.get_event().type == Gst.EventType.EOS:
                say(sent=len(sent))
            return Gst.PadProbeReturn.OK

        pad = element.get_by_name(video).get_static_pad("src")
        pad.add_probe(Gst.PadProbeType.BUFFER | Gst.PadProbeType.BUFFER_LIST | Gst.PadProbeType.EVENT_DOWNSTREAM, count)
        self.streams.append(element)
        return element


def main():
    options = json.loads(sys.stdin.readline())
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    factory = Factory(options)
    transports = {"tcp": GstRtsp.RTSPLowerTrans.TCP, "udp": GstRtsp.RTSPLowerTrans.UDP}
    factory.set_protocols(transports[options["transport"]])
    if options["auth"] != "none":
        methods = {"basic": GstRtsp.RTSPAuthMethod.BASIC, "digest": GstRtsp.RTSPAuthMethod.DIGEST}
        auth = GstRtspServer.RTSPAuth()
        auth.set_supported_methods(methods[options["auth"]])
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "viewer")
        user, password = options["username"], options["password"]
        if options["auth"] == "basic":
            auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
        else:
            auth.add_digest(user, password, token)
        server.set_auth(auth)
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_permission_for_role("viewer", "media.factory.access", True)
        permissions.add_permission_for_role("viewer", "media.factory.construct", True)
        factory.set_permissions(permissions)
    server.get_mount_points().add_factory("/stream", factory)
    if server.attach(None) == 0:
        raise SystemExit("the port could not be opened")
    say(port=server.get_bound_port())
    GLib.MainLoop().run()


main()
