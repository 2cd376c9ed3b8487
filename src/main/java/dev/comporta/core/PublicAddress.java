package dev.comporta.core;

import java.util.List;

/**
 * Whether an address lies in the public internet. Everything that a host of our own network could have does not, nor
 * does what only wraps such an address for IPv6.
 *
 * @see <a href="https://www.iana.org/assignments/iana-ipv4-special-registry">IPv4 special-purpose addresses</a>
 * @see <a href="https://www.iana.org/assignments/iana-ipv6-special-registry">IPv6 special-purpose addresses</a>
 */
public final class PublicAddress {

    private static final List<Block> NOT_PUBLIC_4 = List.of(
            v4(0, 0, 0, 0, 8),
            v4(10, 0, 0, 0, 8),
            v4(100, 64, 0, 0, 10),
            v4(127, 0, 0, 0, 8),
            // Azure's own services answer to this one on every virtual machine.
            v4(168, 63, 129, 16, 32),
            v4(169, 254, 0, 0, 16),
            v4(172, 16, 0, 0, 12),
            v4(192, 0, 0, 0, 24),
            v4(192, 0, 2, 0, 24),
            v4(192, 88, 99, 0, 24),
            v4(192, 168, 0, 0, 16),
            v4(198, 18, 0, 0, 15),
            v4(198, 51, 100, 0, 24),
            v4(203, 0, 113, 0, 24),
            // Multicast, reserved, broadcast.
            v4(224, 0, 0, 0, 3));

    /** All that is ever given to hosts; what lies outside is local, multicast or not assigned. */
    private static final Block UNICAST_6 = v6(3, 0x2000);

    private static final List<Block> NOT_PUBLIC_6 = List.of(
            // Of the protocols themselves: Teredo, benchmarks, ORCHID.
            v6(23, 0x2001), v6(32, 0x2001, 0x0db8), v6(20, 0x3fff));

    /** Link-local, and what clouds have put elsewhere: Azure, Alibaba, Oracle. */
    private static final List<Block> OF_THE_HOST_4 = List.of(
            v4(169, 254, 0, 0, 16), v4(168, 63, 129, 16, 32), v4(100, 100, 100, 200, 32), v4(192, 0, 0, 192, 32));

    /** Link-local, and Amazon's. */
    private static final List<Block> OF_THE_HOST_6 = List.of(v6(10, 0xfe80), v6(32, 0xfd00, 0x0ec2));

    private static final Block MAPPED = v6(96, 0, 0, 0, 0, 0, 0xffff);
    private static final Block NAT64 = v6(96, 0x0064, 0xff9b);
    private static final Block SIX_TO_FOUR = v6(16, 0x2002);

    private PublicAddress() {}

    /** @param address 4 or 16 bytes, the most significant first */
    public static boolean is(byte[] address) {
        return switch (address.length) {
            case 4 -> NOT_PUBLIC_4.stream().noneMatch(block -> block.contains(address));
            case 16 -> isPublic6(address);
            default -> false;
        };
    }

    /**
     * Whether an address means the machine's own host: where clouds tell what runs on a machine its credentials. None
     * of these is public.
     *
     * @param address 4 or 16 bytes, the most significant first
     */
    public static boolean isOfTheHost(byte[] address) {
        if (address.length == 4) {
            return OF_THE_HOST_4.stream().anyMatch(block -> block.contains(address));
        }
        if (MAPPED.contains(address) || NAT64.contains(address)) {
            return isOfTheHost(part(address, 12));
        }
        return SIX_TO_FOUR.contains(address)
                ? isOfTheHost(part(address, 2))
                : OF_THE_HOST_6.stream().anyMatch(block -> block.contains(address));
    }

    private static boolean isPublic6(byte[] address) {
        if (MAPPED.contains(address) || NAT64.contains(address)) {
            return is(part(address, 12));
        }
        if (SIX_TO_FOUR.contains(address)) {
            return is(part(address, 2));
        }
        return UNICAST_6.contains(address) && NOT_PUBLIC_6.stream().noneMatch(block -> block.contains(address));
    }

    private static byte[] part(byte[] address, int from) {
        byte[] four = new byte[4];
        System.arraycopy(address, from, four, 0, 4);
        return four;
    }

    private static Block v4(int a, int b, int c, int d, int bits) {
        return new Block(new byte[] {(byte) a, (byte) b, (byte) c, (byte) d}, bits);
    }

    private static Block v6(int bits, int... groups) {
        byte[] address = new byte[16];
        for (int i = 0; i < groups.length; i++) {
            address[2 * i] = (byte) (groups[i] >> 8);
            address[2 * i + 1] = (byte) groups[i];
        }
        return new Block(address, bits);
    }

    /** Addresses that begin with the same bits. */
    private record Block(byte[] address, int bits) {

        boolean contains(byte[] other) {
            for (int i = 0; i < bits; i++) {
                int mask = 0x80 >> i % 8;
                if ((address[i / 8] & mask) != (other[i / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }
}
