const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Whether a URL leads to this machine (RFC 6761 `localhost`, 127.0.0.0/8, `::1`): what goes there passes no network.
 * @throws TypeError when it is no URL.
 */
export const leadsToLoopback = (url: string): boolean => loopback.test(new URL(url).hostname);
