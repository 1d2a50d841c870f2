/** Netty and the ports that it offers: TLS, HTTP/1.1, WebSocket, limits, back-pressure. */
@NullMarked
package dev.postern.server.listener;

import org.jspecify.annotations.NullMarked;
