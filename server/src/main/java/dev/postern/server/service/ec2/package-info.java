/** The part of EC2's API that speaks of instances which are managed nodes, and of their tags. */
@NullMarked
package dev.postern.server.service.ec2;

import org.jspecify.annotations.NullMarked;
