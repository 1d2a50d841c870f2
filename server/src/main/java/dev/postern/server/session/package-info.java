/** The gateway: agents' control channels, data channels and the relay between their two sides. */
@NullMarked
package dev.postern.server.session;

import org.jspecify.annotations.NullMarked;
