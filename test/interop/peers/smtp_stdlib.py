# A mail server of Python's standard library: prints the port that it listens on, then each message that it took as a line of JSON.
import asyncore
import email
import email.policy
import json
import smtpd


class Server(smtpd.SMTPServer):
    def process_message(self, peer, mailfrom, rcpttos, data, **kwargs):
        message = email.message_from_bytes(data, policy=email.policy.default)
        pictures = [part for part in message.walk() if part.get_content_type() == 'image/jpeg']
        print(json.dumps({
            'from': mailfrom,
            'to': rcpttos,
            'subject': message['Subject'],
            'id': message['Message-ID'],
            'text': message.get_body(('plain',)).get_content(),
            'types': [part.get_content_type() for part in message.walk()],
            'pictures': [part.get_content().hex() for part in pictures],
        }), flush=True)


server = Server(('127.0.0.1', 0), None)
print(json.dumps({'port': server.socket.getsockname()[1]}), flush=True)
asyncore.loop()
