"""Cameras made of GStreamer's RTSP server, one server for each way of authentication.

Reads one line of JSON: {pictures, username, password}. Writes lines of JSON: {"ports": {"none": ..., "basic": ..., "digest": ...}} once
all listen, and {"path": ..., "sent": ...} each time that a stream has ended, with how many pictures left the payloader. The paths are
/CODEC-TRANSPORT-AUDIO: /h264-tcp-silent, /h265-udp-audio and so on.
"""

import itertools
import json
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

ENCODERS = {
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast threads=1 key-int-max=25 bitrate=500 ! rtph264pay config-interval=-1 name={pay} pt=96",
    "h265": "x265enc tune=zerolatency speed-preset=ultrafast option-string=pools=none key-int-max=25 bitrate=500"
    " ! rtph265pay config-interval=-1 name={pay} pt=96",
}
TRANSPORTS = {"tcp": GstRtsp.RTSPLowerTrans.TCP, "udp": GstRtsp.RTSPLowerTrans.UDP}
AUTHENTICATION = {"none": None, "basic": GstRtsp.RTSPAuthMethod.BASIC, "digest": GstRtsp.RTSPAuthMethod.DIGEST}
ROLE = "viewer"


def say(**message):
    print(json.dumps(message), flush=True)


class Factory(GstRtspServer.RTSPMediaFactory):
    def __init__(self, path, codec, with_audio, pictures):
        super().__init__()
        self.path, self.codec, self.with_audio, self.pictures = path, codec, with_audio, pictures

    def do_create_element(self, _url):
        video = "pay1" if self.with_audio else "pay0"
        # I420: the test source's default is 4:4:4, which no camera sends and no browser shows.
        element = Gst.parse_launch(
            f"( videotestsrc is-live=true pattern=ball num-buffers={self.pictures}"
            " ! video/x-raw,format=I420,width=320,height=180,framerate=25/1 ! "
            + ENCODERS[self.codec].format(pay=video)
            + (" audiotestsrc is-live=true ! alawenc ! rtppcmapay name=pay0 pt=8" if self.with_audio else "")
            + " )"
        )
        sent = set()

        def count(_pad, info):
            if info.type & Gst.PadProbeType.BUFFER_LIST:
                packets = info.get_buffer_list()
                sent.update(packets.get(i).pts for i in range(packets.length()))
            elif info.type & Gst.PadProbeType.BUFFER:
                sent.add(info.get_buffer().pts)
            elif info.get_event().type == Gst.EventType.EOS:
                say(path=self.path, sent=len(sent))
            return Gst.PadProbeReturn.OK

        pad = element.get_by_name(video).get_static_pad("src")
        pad.add_probe(Gst.PadProbeType.BUFFER | Gst.PadProbeType.BUFFER_LIST | Gst.PadProbeType.EVENT_DOWNSTREAM, count)
        return element


def authentication(method, username, password):
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(method)
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", ROLE)
    if method == GstRtsp.RTSPAuthMethod.BASIC:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(username, password), token)
    else:
        auth.add_digest(username, password, token)
    return auth


def start(method, pictures, username, password):
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    if method is not None:
        server.set_auth(authentication(method, username, password))
    for codec, transport, audio in itertools.product(ENCODERS, TRANSPORTS, ("silent", "audio")):
        path = f"/{codec}-{transport}-{audio}"
        factory = Factory(path, codec, audio == "audio", pictures)
        factory.set_protocols(TRANSPORTS[transport])
        if method is not None:
            permissions = GstRtspServer.RTSPPermissions()
            permissions.add_permission_for_role(ROLE, "media.factory.access", True)
            permissions.add_permission_for_role(ROLE, "media.factory.construct", True)
            factory.set_permissions(permissions)
        server.get_mount_points().add_factory(path, factory)
    if server.attach(None) == 0:
        raise SystemExit("a port could not be opened")
    return server


def main():
    options = json.loads(sys.stdin.readline())
    Gst.init(None)
    servers = {name: start(method, **options) for name, method in AUTHENTICATION.items()}
    say(ports={name: server.get_bound_port() for name, server in servers.items()})
    GLib.MainLoop().run()


main()
