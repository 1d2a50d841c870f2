/** Scripted agents and clients, as the official ones behave, over real sockets. */
@NullMarked
package dev.postern.server.peer;

import org.jspecify.annotations.NullMarked;
