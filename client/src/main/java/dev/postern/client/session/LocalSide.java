package dev.postern.client.session;

import dev.postern.client.forward.LocalWish;
import dev.postern.client.terminal.Terminal;

/**
 * The person's side of a session.
 *
 * @param filter what becomes of what is typed into a shell
 * @param wish where a port session may listen
 * @param greeting said when the session is known to be for a person, and not a connection for a
 *     program; may be empty
 */
public record LocalSide(
    Terminal terminal,
    SessionStreams streams,
    InputFilter filter,
    LocalWish wish,
    String greeting) {}
