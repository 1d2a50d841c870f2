/** The operations of the message delivery service that older agents poll. */
@NullMarked
package dev.postern.server.service.ec2messages;

import org.jspecify.annotations.NullMarked;
