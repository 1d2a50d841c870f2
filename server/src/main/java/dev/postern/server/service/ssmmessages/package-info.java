/** The operations of the message gateway that agents call. */
@NullMarked
package dev.postern.server.service.ssmmessages;

import org.jspecify.annotations.NullMarked;
