/** Tests of the gateway with scripted agents and clients over real sockets. */
@NullMarked
package dev.postern.server.session;

import org.jspecify.annotations.NullMarked;
