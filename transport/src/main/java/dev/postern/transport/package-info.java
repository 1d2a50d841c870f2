/** The dialling end: TLS, HTTPS, proxies and the WebSocket client. */
package dev.postern.transport;
