"""JupyterHub on one computer of a department; docs/how-to/run-a-hub.md says how to set it up.

Who teaches and learns what stands in courses.toml, beside this file. Restart the hub after a change to it.
"""

from pathlib import Path

from medialit import hub, hub_signin, hub_studio

c = get_config()  # noqa: F821 - JupyterHub provides it
table = Path(__file__).parent / "courses.toml"
courses = hub.read_courses(table)
hub.configure(c, courses)
if shown := hub_studio.read_studio(table):
    hub_studio.configure(c, shown, courses)

# Where browsers come in. Without a certificate, only from this computer: put one here, or a web server with one in front.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
# c.JupyterHub.bind_url = "https://:443"
# c.JupyterHub.ssl_cert = "/etc/ssl/certs/hub.example.org.pem"
# c.JupyterHub.ssl_key = "/etc/ssl/private/hub.example.org.key"

# Each account's pages at a name of their own, so that what one learner writes cannot act as another in a browser.
# Needs *.hub.example.org in the name server and in the certificate.
# c.JupyterHub.subdomain_host = "https://hub.example.org"

# How people sign in: from the learning platform if courses.toml has one, else as on the computer itself.
if platform := hub_signin.read_platform(table):
    hub_signin.configure(c, platform, courses)
else:
    c.JupyterHub.authenticator_class = "pam"
    c.PAMAuthenticator.open_sessions = False

# What the hub itself must keep. Only the administrator may read it.
state = Path("/var/lib/medialit-hub")
c.JupyterHub.db_url = f"sqlite:///{state / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(state / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(state / "proxy.pid")
c.ConfigurableHTTPProxy.command = ["configurable-http-proxy"]

# Who works goes on while the hub is started again. systemd must leave their servers alone too: KillMode=process.
c.JupyterHub.cleanup_servers = False
